// One line to type into, such as a date or an amount of money: the browser's own input of that kind. What is wrong with
// it is found when it is sent, so it is said at once.
export default {
  mixins: [field.described],
  template: `
    <div class="field" :class="{ invalid: error }">
      <label :for="name">{{ label }}</label>
      <p v-if="help" class="hint" :id="name + '-help'">{{ help }}</p>
      <p v-if="error" class="error" role="alert" :id="name + '-error'">{{ error }}</p>
      <span class="box">
        <input :id="name" :type="kind === 'words' ? 'text' : kind" :inputmode="kind === 'text' ? 'decimal' : null" :value="typed" autocomplete="off"
          :aria-invalid="Boolean(error)" :aria-describedby="described" @input="type($event.target.value)" />
        <span v-if="unit" class="unit">{{ unit }}</span>
      </span>
    </div>`,
  props: ["modelValue", "name", "label", "help", "error", "kind", "unit", "kept"],
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
    const text = this.kept ? kept.read(this.name) : null;
    if (text !== null && text !== this.typed) this.type(text);
  },
  methods: {
    type(value) {
      this.typed = value;
      if (this.kept) kept.write(this.name, value);
      this.$emit("update:modelValue", value);
    },
  },
};
