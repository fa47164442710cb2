import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const edges = [
  'src/cli/**',
  'src/ssh/**',
  'src/files/**',
  'src/lab/**',
  'src/demo/**',
  'src/backends/**',
  'src/views/**',
  'src/records/**',
  'src/inventory/**',
  'test/**',
]

const ownCode = ['src/**', 'test/**', 'tasks/**', 'scripts/**', 'bin/**']

const conditionalSpread =
  'Spread omitUndefined({ … }) of src/core/omit-undefined.ts instead, or build the object plainly.'

const nodeGlobals = ['process', 'console', 'URL', 'Buffer', 'module', 'require', '__dirname']

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.fettle/', 'test/types/'] },
  {
    files: ['bin/*.js', 'scripts/**/*.mjs', '*.js', '*.cjs'],
    extends: [js.configs.recommended],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])),
      parser: tseslint.parser,
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.cjs', '.*.cjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      'no-restricted-globals': [
        'error',
        {
          name: 'process',
          message:
            'The process belongs to the edges (cli, ssh, lab, backends): pass what you need in.',
        },
        { name: 'console', message: 'Emit an event; a view prints it.' },
      ],
    },
  },
  { files: edges, rules: { 'no-restricted-globals': 'off' } },
  {
    files: ownCode,
    rules: {
      'no-nested-ternary': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ObjectExpression > SpreadElement > ConditionalExpression',
          message: conditionalSpread,
        },
        {
          selector: 'ObjectExpression > SpreadElement > LogicalExpression[operator="&&"]',
          message: conditionalSpread,
        },
      ],
    },
  },
)
