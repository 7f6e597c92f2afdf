// The day of printing and a link to the same facts, which stay behind its "#". The style sheet shows it on paper only.
export default {
  template: `<p class="printed">{{ day }} {{ date }}. {{ again }} <span>{{ link }}</span></p>`,
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
    // the names of the months take a browser ten milliseconds to load, which the first paint need not wait for
    (window.requestIdleCallback ?? setTimeout)(this.dated);
  },
  unmounted() {
    window.removeEventListener("beforeprint", this.dated);
  },
  methods: {
    dated() {
      this.date = new Date().toLocaleDateString(this.language === "es" ? "es-US" : "en-US", { dateStyle: "long" });
    },
  },
};
