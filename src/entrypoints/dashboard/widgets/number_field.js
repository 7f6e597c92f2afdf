// A number, with a slider if it has limits. The text is parsed here, so "27,5" is understood. What is no number is sent
// as null; where a person may leave it open, null means that they do, and what is no number is sent as it was typed.
import { h } from "vue";

export default {
  mixins: [field.described],
  props: ["modelValue", "name", "label", "help", "error", "unit", "low", "high", "step", "persistent", "unknown"],
  emits: ["update:modelValue"],
  data() {
    return { text: String(this.modelValue ?? ""), open: Boolean(this.unknown) && this.modelValue === null };
  },
  computed: {
    shown() {
      return Math.min(Math.max(this.parsed() ?? this.low, this.low), this.high);
    },
    fill() {
      return (100 * (this.shown - this.low)) / (this.high - this.low) + "%";
    },
  },
  watch: {
    modelValue(given) {
      const value = [given].flat()[0]; // what was emitted comes back as a list of arguments
      if (value === null || value === this.meant()) return;
      this.text = String(value);
      this.open = false;
    },
    text(text) {
      if (this.persistent) tabStorage.write(this.name, text);
    },
  },
  mounted() {
    const text = this.persistent ? tabStorage.read(this.name) : null;
    if (text === null || text === this.text) return;
    this.text = text;
    this.open = Boolean(this.unknown) && !text;
    this.$emit("update:modelValue", this.meant());
  },
  methods: {
    parsed() {
      const text = this.text.trim().replace(",", ".");
      return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : null; // "1e2" and "0x20" are no numbers of ours
    },
    meant() {
      return this.open ? null : (this.parsed() ?? (this.unknown ? this.text : null));
    },
    enter(event) {
      this.text = event.target.value;
      this.open = false;
      this.$emit("update:modelValue", this.meant());
    },
    slider() {
      const limits = { min: this.low, max: this.high, step: this.step, value: this.shown };
      const spoken = { "aria-label": this.label, "aria-valuetext": `${this.shown} ${this.unit}` };
      return h("input", { type: "range", ...limits, style: { "--fill": this.fill }, ...spoken, onInput: this.enter });
    },
    openBox() {
      const tick = { type: "checkbox", checked: this.open, onChange: (event) => this.leave(event.target.checked) };
      const of = h("span", { class: "veiled" }, `: ${this.label}`);
      return h("label", { class: "check" }, [h("input", tick), h("span", [this.unknown, of])]);
    },
    leave(open) {
      this.open = open;
      if (open) this.text = "";
      this.$emit("update:modelValue", this.meant());
    },
  },
  render() {
    const typed = { type: "text", inputmode: "decimal", autocomplete: "off", value: this.text, onInput: this.enter };
    const spoken = { "aria-invalid": Boolean(this.error), "aria-describedby": this.described };
    const box = h("span", { class: "box" }, [
      h("input", { id: this.name, ...typed, ...spoken }),
      h("span", { class: "unit", "aria-hidden": "true" }, this.unit),
    ]);
    return h("div", { class: ["field", { invalid: this.error }] }, [
      h("label", { for: this.name }, this.label),
      this.hint(),
      this.wrong(),
      h("div", { class: this.step ? "number" : null }, [box, this.step ? this.slider() : null]),
      this.unknown ? this.openBox() : null,
    ]);
  },
};
