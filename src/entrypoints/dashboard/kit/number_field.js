// A number and a slider that are one field. The text is parsed here, so "27,5" is understood; null means: not a number.
export default {
  template: `
    <div class="field" :class="{ invalid: error }">
      <label :for="name">{{ label }}</label>
      <p v-if="help" class="hint" :id="name + '-help'">{{ help }}</p>
      <p v-if="error" class="error" :id="name + '-error'">{{ error }}</p>
      <div class="number">
        <span class="box">
          <input :id="name" type="text" inputmode="decimal" autocomplete="off" :value="text" @input="typed"
                 :aria-invalid="!!error" :aria-describedby="describedby" />
          <span class="unit" aria-hidden="true">{{ unit }}</span>
        </span>
        <input type="range" :min="low" :max="high" :step="step" :value="shown" :style="{ '--fill': fill }"
               :aria-label="label" :aria-valuetext="shown + ' ' + unit" @input="slid" />
      </div>
    </div>`,
  props: ["modelValue", "name", "label", "help", "error", "unit", "low", "high", "step"],
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
    modelValue(value) {
      if (value !== null && value !== this.parsed()) this.text = String(value);
    },
  },
  methods: {
    parsed() {
      const text = this.text.trim().replace(",", ".");
      const number = Number(text);
      return text && Number.isFinite(number) ? number : null;
    },
    typed(event) {
      this.text = event.target.value;
      this.$emit("update:modelValue", this.parsed());
    },
    slid(event) {
      this.text = event.target.value;
      this.$emit("update:modelValue", Number(event.target.value));
    },
  },
};
