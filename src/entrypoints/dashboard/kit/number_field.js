// A number, with a slider if it has limits. The text is parsed here, so "27,5" is understood; null: not a number.
export default {
  template: `
    <div class="field" :class="{ invalid: error }">
      <label :for="name">{{ label }}</label>
      <p v-if="help" class="hint" :id="name + '-help'">{{ help }}</p>
      <p v-if="error" class="error" :id="name + '-error'">{{ error }}</p>
      <div :class="step ? 'number' : null">
        <span class="box">
          <input :id="name" type="text" inputmode="decimal" autocomplete="off" :value="text" @input="enter"
                 :aria-invalid="!!error" :aria-describedby="describedby" />
          <span class="unit" aria-hidden="true">{{ unit }}</span>
        </span>
        <input v-if="step" type="range" :min="low" :max="high" :step="step" :value="shown" :style="{ '--fill': fill }"
               :aria-label="label" :aria-valuetext="shown + ' ' + unit" @input="enter" />
      </div>
    </div>`,
  props: ["modelValue", "name", "label", "help", "error", "unit", "low", "high", "step", "kept"],
  emits: ["update:modelValue"],
  data() {
    return { text: String(this.modelValue ?? "") };
  },
  computed: {
    shown() {
      return Math.min(Math.max(this.parsed() ?? this.low, this.low), this.high);
    },
    fill() {
      return (100 * (this.shown - this.low)) / (this.high - this.low) + "%";
    },
    describedby() {
      return [this.error && this.name + "-error", this.help && this.name + "-help"].filter(Boolean).join(" ") || null;
    },
  },
  watch: {
    modelValue(given) {
      const value = [given].flat()[0]; // what was emitted comes back as a list of arguments
      if (value !== null && value !== this.parsed()) this.text = String(value);
    },
    text(text) {
      if (this.kept) kept.write(this.name, text);
    },
  },
  mounted() {
    const text = this.kept ? kept.read(this.name) : null;
    if (text === null || text === this.text) return;
    this.text = text;
    this.$emit("update:modelValue", this.parsed());
  },
  methods: {
    parsed() {
      const text = this.text.trim().replace(",", ".");
      const number = Number(text);
      return text && Number.isFinite(number) ? number : null;
    },
    enter(event) {
      this.text = event.target.value;
      this.$emit("update:modelValue", this.parsed());
    },
  },
};
