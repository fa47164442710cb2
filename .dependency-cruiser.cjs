// The layers of docs/architecture.md. Each rule's comment tells the offender what to do.
const below = {
  core: [],
  facts: ['core'],
  reads: ['core', 'facts'],
  resources: ['core', 'facts'],
  files: ['core'],
  ssh: ['core', 'files'],
  backends: ['core', 'facts', 'ssh'],
  inventory: ['core'],
  engine: ['core', 'facts', 'resources', 'files', 'ssh', 'backends', 'inventory'],
  views: ['core', 'files', 'engine'],
  records: ['core', 'files', 'engine', 'views'],
  lab: ['core', 'files'],
  demo: ['core', 'lab'],
  testing: ['core', 'inventory', 'ssh', 'engine', 'lab'],
  cli: [
    'core',
    'files',
    'inventory',
    'engine',
    'views',
    'records',
    'lab',
    'demo',
    'ssh',
    'backends',
    'facts',
  ],
}
const io = '^(node:)?(fs|child_process|net|http|https|os|process|tls|dgram|readline)(/|$)'

module.exports = {
  forbidden: [
    ...Object.entries(below).map(([layer, allowed]) => ({
      name: `${layer}-imports-down-only`,
      comment: `src/${layer} may import ${allowed.length ? allowed.join(', ') : 'nothing of src'} and itself: move what it needs down, or pass it in.`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      // The program hands the public modules to the task files that it loads.
      to: {
        path: '^src/',
        pathNot: [
          `^src/${layer}/`,
          ...allowed.map((other) => `^src/${other}/`),
          ...(layer === 'cli' ? ['^src/(index|kit).ts$'] : []),
        ],
      },
    })),
    {
      name: 'pure-layers-do-no-io',
      comment:
        'core, facts and resources only compute: describe what to read as a fact and what to do as an action.',
      severity: 'error',
      from: { path: '^src/(core|facts|reads|resources)/' },
      to: {
        path: [io, 'node_modules/(ssh2|node-ssh|mysql2|@octokit|listr2|dotenv|commander|jiti)/'],
      },
    },
    {
      name: 'ssh2-lives-in-ssh',
      comment: "Use a Session of src/ssh. (The demo's stand-in for GitHub is a server.)",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(ssh|demo)/' },
      to: { path: 'node_modules/(ssh2|node-ssh)/' },
    },
    {
      name: 'listr2-lives-in-views',
      comment: 'Emit an event; a view draws it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/views/' },
      to: { path: 'node_modules/listr2/' },
    },
    {
      name: 'mysql2-lives-in-backends',
      comment: 'Return a mysql action.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/backends/' },
      to: { path: 'node_modules/mysql2/' },
    },
    {
      name: 'octokit-lives-in-backends',
      comment: 'Return a github action.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/backends/' },
      to: { path: 'node_modules/@octokit/' },
    },
    {
      name: 'tasks-use-the-public-api',
      comment: 'Import from fettle, as a user would.',
      severity: 'error',
      from: { path: '^tasks/' },
      to: { path: '^src/', pathNot: '^src/(index|kit).ts$' },
    },
    {
      name: 'only-the-cli-imports-the-cli',
      comment: 'Move what is shared to a lower layer.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'only-tests-import-testing',
      comment: 'What the program needs as well belongs to a lower layer.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing(/|.ts$)' },
      to: { path: '^src/testing(/|.ts$)' },
    },
    {
      name: 'lab-and-demo-stand-apart',
      comment: 'The laboratory and the demo are loaded for their own commands only.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(lab|demo|testing)/|^src/cli/commands/(lab|demo-command).ts$',
      },
      // The names of images stand in the help of `fettle lab up`.
      to: { path: '^src/(lab|demo)/', pathNot: '^src/lab/image-name.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one idea, or a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nobody imports this: use it or remove it.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src/',
        pathNot: ['^src/(index|kit|testing).ts$', '^src/cli/main.ts$', '[.]d[.]ts$'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
}
