import js from "@eslint/js";
export default [js.configs.recommended, { rules: { eqeqeq: "warn", "prefer-const": "error", "no-extra-boolean-cast": "error" } }];
