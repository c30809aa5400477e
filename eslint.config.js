import tseslint from 'typescript-eslint';
import vue from 'eslint-plugin-vue';
import vueParser from 'vue-eslint-parser';

/** A workspace other than `protocols` never imports another one. */
const onlyProtocols = (self) => ({
  files: [`${self}/**/*.{ts,vue}`],
  rules: {
    'no-restricted-imports': ['error', {
      patterns: [{
        regex: `^(@liandong/(?!protocols$)|(\\.\\./)+(hub|edge-sim|console|bench)/)`,
        message: 'Workspaces share code through @liandong/protocols only.',
      }],
    }],
  },
});

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'data/', '.cache/'] },
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parser: vueParser,
      parserOptions: {
        parser: tseslint.parser, extraFileExtensions: ['.vue'], tsconfigRootDir: import.meta.dirname,
        project: ['*/tsconfig.test.json', 'console/tsconfig.json', 'tsconfig.root.json'],
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      // Dependencies are objects of plain functions, taken apart where they are used; our factories don't use `this`.
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'max-lines': ['error', { max: 400, skipBlankLines: true }],
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
    },
  },
  ...['protocols', 'hub', 'edge-sim', 'console', 'bench'].map(onlyProtocols),
  { files: ['hub/src/main.ts', 'hub/src/start-report.ts', 'edge-sim/src/**', 'bench/src/**'], rules: { 'no-console': 'off' } },
  {
    files: ['hub/src/**/*.ts'], ignores: ['hub/src/config.ts', 'hub/src/main.ts', 'hub/src/cli/{backup,devices,mosquitto-auth,restore}.ts'],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Settings come from config.ts.' }] },
  },
);
