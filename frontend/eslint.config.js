import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'

export default defineConfigWithVueTs(
  { ignores: ['node_modules/**', 'src/api/types.ts', 'src/api/events.ts', 'scripts/**'] },
  vue.configs['flat/recommended'],
  vueTsConfigs.strictTypeChecked,
  prettier, // how it is laid out is Prettier's alone (`npm run format`)
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ['**/*.vue'],
    rules: {
      // The strict Content-Security-Policy refuses style attributes that arrive as HTML text, and Vue inserts
      // long static trees that way; v-html would let outside text become markup.
      'vue/no-static-inline-styles': ['error', { allowBinding: false }],
      'vue/no-v-html': 'error',
      'vue/no-undef-components': ['error', { ignorePatterns: ['^Router', '^el-'] }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-name-in-template-casing': ['error', 'PascalCase'],
      'vue/define-macros-order': 'error',
      'vue/no-unused-refs': 'error',
      'vue/prefer-true-attribute-shorthand': 'error',
      'vue/multi-word-component-names': 'off',
    },
  },
  {
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
)
