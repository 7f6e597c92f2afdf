// Many options: the browser's own list.
import { h, vModelSelect, withDirectives } from "vue";

export default {
  mixins: [field.described, field.chosen],
  props: ["modelValue", "name", "label", "help", "error", "options", "persistent", "reveals"],
  emits: ["update:modelValue"],
  watch: {
    chosen: "reveal",
  },
  mounted() {
    this.$nextTick(this.reveal);
  },
  methods: {
    reveal() {
      // what is asked next shows at once, however far the server is
      if (!this.reveals) return;
      for (const one of this.$el.parentElement.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== this.chosen;
    },
  },
  render() {
    const options = this.options.map(([value, text]) => h("option", { key: value, value }, text));
    const spoken = { "aria-invalid": Boolean(this.error), "aria-describedby": this.described };
    const list = h("select", { id: this.name, ...spoken, "onUpdate:modelValue": (value) => (this.chosen = value) }, options);
    return h("div", { class: ["field", { invalid: this.error }] }, [
      h("label", { for: this.name }, this.label),
      this.hint(),
      this.wrong(),
      h("span", { class: "select" }, [withDirectives(list, [[vModelSelect, this.chosen]])]),
    ]);
  },
};
