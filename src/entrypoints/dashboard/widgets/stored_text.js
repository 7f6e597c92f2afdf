// A text that nobody sees, in the browser's tab under a name. It comes back after a reload.
import { h } from "vue";

export default {
  props: ["modelValue", "name"],
  emits: ["update:modelValue"],
  watch: {
    modelValue(given) {
      tabStorage.write(this.name, [given].flat()[0]); // what was emitted comes back as a list of arguments
    },
  },
  mounted() {
    const text = tabStorage.read(this.name);
    if (text) this.$emit("update:modelValue", text);
  },
  render: () => h("span", { hidden: true }),
};
