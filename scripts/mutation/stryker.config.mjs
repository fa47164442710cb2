// Mutation tests of the facts and the resources: `npm run mutation`, see docs/mutation.md.
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default {
  mutate: ['src/{facts,resources}/**/*.ts', '!src/**/index.ts'],
  plugins: ['./scripts/mutation/runner.mjs'],
  testRunner: 'unit',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // The types of mutated code do not matter: it is stripped of them.
  disableTypeChecks: false,
  // Not in the project, where Biome would find a second configuration.
  tempDirName: join(tmpdir(), `fettle-mutation-${process.pid}`),
  ignorePatterns: ['dist', 'bench-results', 'reports'],
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  // An endless loop: its process is ended after this time, and the time that the tests take.
  timeoutMS: 3_000,
  // What the process keeps of each instance of the modules is given back in this way.
  maxTestRunnerReuse: 1_000,
  warnings: { slow: false },
}
