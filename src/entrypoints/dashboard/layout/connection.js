// While the connection to the server is cut, a sentence above the numbers says so, and the style sheet marks each number
// as old. A cut that heals within a second is not worth a word.
import { h } from "vue";

const PATIENCE = 1000;

export default {
  props: ["title", "text"],
  data() {
    return { cut: false, waiting: null };
  },
  watch: {
    cut(cut) {
      document.documentElement.toggleAttribute("data-cut", cut);
    },
  },
  mounted() {
    for (const event of ["online", "offline"]) addEventListener(event, this.look);
    this.listen();
  },
  unmounted() {
    for (const event of ["online", "offline"]) removeEventListener(event, this.look);
    for (const event of ["connect", "disconnect"]) window.socket?.off(event, this.look);
    clearTimeout(this.waiting);
  },
  methods: {
    listen() {
      if (!window.socket) return (this.waiting = setTimeout(this.listen, 50)); // the page connects once all of it is there
      for (const event of ["connect", "disconnect"]) window.socket.on(event, this.look);
    },
    gone() {
      return !navigator.onLine || !window.socket?.connected;
    },
    look() {
      clearTimeout(this.waiting);
      if (this.gone()) this.waiting = setTimeout(() => (this.cut = this.gone()), PATIENCE);
      else this.cut = false;
    },
  },
  render() {
    const sentence = () => h("p", { class: "notice warn" }, [h("b", this.title), ` ${this.text}`]);
    return h("div", { role: "status", class: "connection" }, this.cut ? [sentence()] : []);
  },
};
