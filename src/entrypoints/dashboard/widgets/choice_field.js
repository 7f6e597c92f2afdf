// Two to six options: native radio buttons, so that arrow keys, labels and forms work as everywhere.
import { h } from "vue";

export default {
  mixins: [field.described, field.chosen],
  props: ["modelValue", "name", "label", "help", "error", "options", "persistent"],
  emits: ["update:modelValue"],
  render() {
    const option = ([value, text]) => {
      const own = { type: "radio", name: this.name, value, checked: value === this.chosen };
      return h("label", { key: value }, [h("input", { ...own, onChange: () => (this.chosen = value) }), h("span", text)]);
    };
    return h("fieldset", { class: ["field", { invalid: this.error }], "aria-describedby": this.described }, [
      h("legend", this.label),
      this.hint(),
      this.wrong(),
      h("div", { class: "choices" }, this.options.map(option)),
    ]);
  },
};
