// Many options: the browser's own list.
export default {
  mixins: [field.described, field.chosen],
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
  watch: {
    chosen: "reveal",
  },
  mounted() {
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
