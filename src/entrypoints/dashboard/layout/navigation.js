// The menu, the language and the theme. The theme is kept in this browser; head.js applied it before the first paint.
import { h, vModelSelect, withDirectives } from "vue";

export default {
  props: ["menu", "pages", "links", "language", "languageName", "theme", "themes", "root"],
  data() {
    return { open: false, chosen: document.documentElement.dataset.theme };
  },
  watch: {
    chosen(theme) {
      localStorage.setItem("theme", theme);
      this.paint();
    },
  },
  mounted() {
    this.paint();
    addEventListener("keydown", this.escape);
  },
  unmounted() {
    removeEventListener("keydown", this.escape);
  },
  methods: {
    switchOfThemes() {
      const disc = h("circle", { cx: 10, cy: 10, r: 8, fill: "none", stroke: "currentColor", "stroke-width": 2 });
      const dark = h("path", { d: "M10 2a8 8 0 0 1 0 16z", fill: "currentColor" });
      const options = this.themes.map(([value, text]) => h("option", { key: value, value }, text));
      const list = h("select", { "onUpdate:modelValue": (theme) => (this.chosen = theme) }, options);
      return h("label", [
        h("svg", { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" }, [disc, dark]),
        h("span", { class: "veiled" }, this.theme),
        h("span", { class: "select" }, [withDirectives(list, [[vModelSelect, this.chosen]])]),
      ]);
    },
    paint() {
      document.documentElement.dataset.theme = this.chosen;
      setDark({ light: false, dark: true }[this.chosen] ?? null);
    },
    speak() {
      document.cookie = `language=${this.language};path=${this.root};max-age=31536000;samesite=lax`;
      location.reload();
    },
    escape(event) {
      // wherever the focus is, unless a dialog lies over the page and takes the key itself
      if (event.key !== "Escape" || !this.open || document.querySelector("dialog[open]")) return;
      this.open = false;
      this.$refs.button.focus();
    },
  },
  render() {
    const toggle = { type: "button", class: "menu-button", "aria-expanded": this.open, "aria-controls": "menu" };
    const speak = { type: "button", class: "language", lang: this.language, onClick: this.speak };
    const link = ([path, text, here]) => h("a", { key: path, href: path, "aria-current": here ? "page" : null }, text);
    return [
      h("button", { ...toggle, ref: "button", onClick: () => (this.open = !this.open) }, this.menu),
      h("div", { id: "menu", class: ["menu", { open: this.open }] }, [
        h("nav", { "aria-label": this.pages }, this.links.map(link)),
        h("div", { class: "switches" }, [h("button", speak, this.languageName), this.switchOfThemes()]),
      ]),
    ];
  },
};
