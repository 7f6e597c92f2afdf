// The day of printing and a link to the same facts, which stay behind its "#". The style sheet shows it on paper only.
import { h } from "vue";

const LATER = 1000;

export default {
  props: ["day", "again", "language", "facts"],
  data() {
    return { date: "" };
  },
  computed: {
    link() {
      return location.origin + location.pathname + "#" + new URLSearchParams(this.facts);
    },
  },
  mounted() {
    window.addEventListener("beforeprint", this.dated);
    // the names of the months take a browser twenty milliseconds to load, which the first paint need not wait for
    this.waiting = setTimeout(this.dated, LATER);
  },
  unmounted() {
    window.removeEventListener("beforeprint", this.dated);
    clearTimeout(this.waiting);
  },
  methods: {
    dated() {
      this.date = new Date().toLocaleDateString(this.language === "es" ? "es-US" : "en-US", { dateStyle: "long" });
    },
  },
  render() {
    return h("p", { class: "printed" }, [`${this.day} ${this.date}. ${this.again} `, h("span", this.link)]);
  },
};
