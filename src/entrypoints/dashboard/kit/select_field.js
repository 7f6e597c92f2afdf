// Many options: the browser's own list.
export default {
  template: `
    <div class="field" :class="{ invalid: error }">
      <label :for="name">{{ label }}</label>
      <p v-if="error" class="error" :id="name + '-error'">{{ error }}</p>
      <span class="select">
        <select :id="name" v-model="chosen" :aria-invalid="!!error" :aria-describedby="error ? name + '-error' : null">
          <option v-for="[value, text] in options" :key="value" :value="value">{{ text }}</option>
        </select>
      </span>
    </div>`,
  props: ["modelValue", "name", "label", "error", "options", "kept"],
  emits: ["update:modelValue"],
  data() {
    return { chosen: this.modelValue };
  },
  watch: {
    modelValue(value) {
      this.chosen = [value].flat()[0]; // what was emitted comes back as a list of arguments
    },
    chosen(value) {
      if (this.kept) kept.write(this.name, value);
      if (value !== [this.modelValue].flat()[0]) this.$emit("update:modelValue", value);
    },
  },
  mounted() {
    if (this.kept) this.chosen = kept.read(this.name) ?? this.chosen;
  },
};
