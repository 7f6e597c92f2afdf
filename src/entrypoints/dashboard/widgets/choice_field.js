// Two to six options: native radio buttons, so that arrow keys, labels and forms work as everywhere.
export default {
  mixins: [field.described, field.chosen],
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
};
