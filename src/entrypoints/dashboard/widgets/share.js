// A link to this page. The facts go into it only if the person ticks the box, and stay behind its "#".
import { h } from "vue";

export default {
  props: ["words", "facts"],
  data() {
    return { personal: false, said: "" };
  },
  computed: {
    link() {
      return location.origin + location.pathname + (this.personal ? "#" + new URLSearchParams(this.facts) : "");
    },
  },
  watch: {
    link() {
      this.said = "";
    },
  },
  methods: {
    close() {
      this.$refs.details.open = false;
      this.$refs.summary.focus();
    },
    async copy() {
      try {
        await navigator.clipboard.writeText(this.link);
        this.said = this.words.copied;
      } catch {
        // browsers give no clipboard to a page without https: the link is marked, to be copied by hand
        this.$refs.link.focus();
        this.said = this.words.byHand;
      }
    },
  },
  render() {
    const { open, personal, shows, hides, link, copy } = this.words;
    const tick = { type: "checkbox", checked: this.personal, onChange: (event) => (this.personal = event.target.checked) };
    const shown = { id: "share-link", type: "text", readonly: true, value: this.link, "aria-describedby": "share-means" };
    const close = (event) => event.key === "Escape" && this.close();
    return h("details", { class: "share", ref: "details", onKeydown: close }, [
      h("summary", { class: "btn", ref: "summary" }, open),
      h("div", { class: "share-body" }, [
        h("label", { class: "check" }, [h("input", tick), " ", h("span", personal)]),
        h("p", { class: "hint", id: "share-means" }, this.personal ? shows : hides),
        h("label", { for: "share-link" }, link),
        h("div", { class: "share-link" }, [
          h("span", { class: "box" }, [h("input", { ...shown, ref: "link", onFocus: () => this.$refs.link.select() })]),
          h("button", { type: "button", class: "btn", onClick: this.copy }, copy),
        ]),
        h("p", { role: "status", class: "saved" }, this.said),
      ]),
    ]);
  },
};
