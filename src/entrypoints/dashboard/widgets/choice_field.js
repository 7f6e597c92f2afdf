// Two to six options: native radio buttons, so that arrow keys, labels and forms work as everywhere.
export default {
  template: `
    <fieldset class="field" :class="{ invalid: error }" :aria-describedby="described">
      <legend>{{ label }}</legend>
      <p v-if="help" class="hint" :id="name + '-help'">{{ help }}</p>
      <p v-if="error" class="error" :id="name + '-error'">{{ error }}</p>
      <div class="choices">
        <label v-for="[value, text] in options" :key="value">
          <input type="radio" :name="name" :value="value" :checked="value === chosen" @change="chosen = value" />
          <span>{{ text }}</span>
        </label>
      </div>
    </fieldset>`,
  props: ["modelValue", "name", "label", "help", "error", "options", "kept"],
  emits: ["update:modelValue"],
  data() {
    return { chosen: this.modelValue };
  },
  computed: {
    described() {
      return [this.error && this.name + "-error", this.help && this.name + "-help"].filter(Boolean).join(" ") || null;
    },
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
