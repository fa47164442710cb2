import tseslint from 'typescript-eslint'

const edges = [
  'src/cli/**',
  'src/ssh/**',
  'src/files/**',
  'src/lab/**',
  'src/demo/**',
  'src/backends/**',
  'src/views/**',
  'src/inventory/**',
  'test/**',
]

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      '.fettle/',
      '**/*.js',
      '**/*.mjs',
      '**/*.cjs',
      'test/types/',
    ],
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
)
