// A number, with a slider if it has limits. The text is parsed here, so "27,5" is understood. What is no number is sent
// as null; where a person may leave it open, null means that they do, and what is no number is sent as it was typed.
export default {
  mixins: [field.described],
  template: `
    <div class="field" :class="{ invalid: error }">
      <label :for="name">{{ label }}</label>
      <p v-if="help" class="hint" :id="name + '-help'">{{ help }}</p>
      <p v-if="error" class="error" :id="name + '-error'">{{ error }}</p>
      <div :class="step ? 'number' : null">
        <span class="box">
          <input :id="name" type="text" inputmode="decimal" autocomplete="off" :value="text" @input="enter"
                 :aria-invalid="!!error" :aria-describedby="described" />
          <span class="unit" aria-hidden="true">{{ unit }}</span>
        </span>
        <input v-if="step" type="range" :min="low" :max="high" :step="step" :value="shown" :style="{ '--fill': fill }"
               :aria-label="label" :aria-valuetext="shown + ' ' + unit" @input="enter" />
      </div>
      <label v-if="unknown" class="check"><input type="checkbox" :checked="open" @change="leave($event.target.checked)" />
        <span>{{ unknown }}<span class="veiled">: {{ label }}</span></span></label>
    </div>`,
  props: ["modelValue", "name", "label", "help", "error", "unit", "low", "high", "step", "kept", "unknown"],
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
      if (this.kept) kept.write(this.name, text);
    },
  },
  mounted() {
    const text = this.kept ? kept.read(this.name) : null;
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
    leave(open) {
      this.open = open;
      if (open) this.text = "";
      this.$emit("update:modelValue", this.meant());
    },
  },
};
