// One line to type into, such as a date or an amount of money: the browser's own input of that kind. What is wrong with
// it is found when it is sent, so it is said at once.
import { h } from "vue";

export default {
  mixins: [field.described],
  props: ["modelValue", "name", "label", "help", "error", "kind", "unit", "persistent"],
  emits: ["update:modelValue"],
  data() {
    return { typed: this.modelValue };
  },
  watch: {
    modelValue(value) {
      this.typed = value;
    },
  },
  mounted() {
    const text = this.persistent ? tabStorage.read(this.name) : null;
    if (text !== null && text !== this.typed) this.type(text);
  },
  methods: {
    type(value) {
      this.typed = value;
      if (this.persistent) tabStorage.write(this.name, value);
      this.$emit("update:modelValue", value);
    },
  },
  render() {
    const own = { id: this.name, type: this.kind === "words" ? "text" : this.kind, value: this.typed, autocomplete: "off" };
    const spoken = { "aria-invalid": Boolean(this.error), "aria-describedby": this.described };
    const decimal = { inputmode: this.kind === "text" ? "decimal" : null };
    return h("div", { class: ["field", { invalid: this.error }] }, [
      h("label", { for: this.name }, this.label),
      this.hint(),
      this.wrong({ role: "alert" }),
      h("span", { class: "box" }, [
        h("input", { ...own, ...decimal, ...spoken, onInput: (event) => this.type(event.target.value) }),
        this.unit ? h("span", { class: "unit" }, this.unit) : null,
      ]),
    ]);
  },
};
