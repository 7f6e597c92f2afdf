// Many options: the browser's own list.
export default {
  template: `
    <div class="field" :class="{ invalid: error }">
      <label :for="name">{{ label }}</label>
      <p v-if="help" class="hint" :id="name + '-help'">{{ help }}</p>
      <p v-if="error" class="error" :id="name + '-error'">{{ error }}</p>
      <span class="select">
        <select :id="name" v-model="chosen" :aria-invalid="!!error" :aria-describedby="described">
          <option v-for="[value, text] in options" :key="value" :value="value">{{ text }}</option>
        </select>
      </span>
    </div>`,
  props: ["modelValue", "name", "label", "help", "error", "options", "kept", "reveals"],
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
      this.reveal();
      if (value !== [this.modelValue].flat()[0]) this.$emit("update:modelValue", value);
    },
  },
  mounted() {
    if (this.kept) this.chosen = kept.read(this.name) ?? this.chosen;
    this.$nextTick(this.reveal);
  },
  methods: {
    reveal() {
      // what is asked next shows at once, however far the server is
      if (!this.reveals) return;
      for (const one of this.$el.parentElement.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== this.chosen;
    },
  },
};
