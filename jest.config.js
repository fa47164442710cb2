import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'

// Three projects: `unit` needs neither root nor a host and is the developer's loop; `lab` runs on real Debian hosts;
// `package` installs the packed package from the registry into an empty project.
// One file or folder: npm run -s jest -- test/core --selectProjects unit (the folder first).
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^fettle$': '<rootDir>/src/index.ts', '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' }],
  },
}

const unit = { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/**/*.test.ts'], testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/lab/', '<rootDir>/test/package/'] }
const installed = { ...shared, displayName: 'package', testMatch: ['<rootDir>/test/package/**/*.test.ts'] }
const lab = {
  ...shared,
  displayName: 'lab',
  testMatch: ['<rootDir>/test/lab/**/*.test.ts'],
  globalSetup: '<rootDir>/test/lab/set-up.ts',
  globalTeardown: '<rootDir>/test/lab/tear-down.ts',
}

/** Why lab hosts cannot run here, or `null`. */
function obstacle() {
  if (process.platform !== 'linux') return 'they need Linux'
  if (process.getuid() !== 0) return 'they need root'
  const missing = ['systemd-nspawn', 'mmdebstrap', 'ip'].find((program) => !['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => existsSync(`${folder}/${program}`)))
  return missing === undefined ? null : `${missing} is not installed`
}

const why = obstacle()
if (why !== null && process.env.CI) throw new Error(`The tests on real hosts cannot run: ${why}.`)
if (why !== null) process.stderr.write(`Left out: the tests on real hosts (test/lab), because ${why}.\n`)

export default {
  // At least two, so that a file that waits for its hosts holds up nobody; few, because hosts need the processors too.
  maxWorkers: Math.min(4, Math.max(2, Math.floor(availableParallelism() / 2))),
  projects: why === null ? [unit, installed, lab] : [unit, installed],
}
