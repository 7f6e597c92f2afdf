// Many options: the browser's own list.
export default {
  template: `
    <div class="field" :class="{ invalid: error }">
      <label :for="name">{{ label }}</label>
      <p v-if="error" class="error" :id="name + '-error'">{{ error }}</p>
      <span class="select">
        <select :id="name" v-model="chosen" :aria-describedby="error ? name + '-error' : null">
          <option v-for="[value, text] in options" :key="value" :value="value">{{ text }}</option>
        </select>
      </span>
    </div>`,
  props: ["modelValue", "name", "label", "error", "options"],
  emits: ["update:modelValue"],
  data() {
    return { chosen: this.modelValue };
  },
  watch: {
    modelValue(value) {
      this.chosen = value;
    },
    chosen(value) {
      if (value !== this.modelValue) this.$emit("update:modelValue", value);
    },
  },
};
