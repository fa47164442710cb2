import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

// Three projects: `unit` needs neither root nor a host and is the developer's loop; `lab` runs on
// real Debian hosts; `package` installs the packed package from the registry into an empty project.
// One file or folder: npm run -s jest -- test/core --selectProjects unit (the folder first).
const shared = {
  testEnvironment: 'node',
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node', 'sh', 'pl', 'py'],
  extensionsToTreatAsEsm: ['.ts', '.sh', '.pl', '.py'],
  moduleNameMapper: {
    '^fettle$': '<rootDir>/src/index.ts',
    '^fettle/(kit|testing)$': '<rootDir>/src/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '\\.(sh|pl|py)$': '<rootDir>/scripts/build/shell/jest-transform.mjs',
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
}

const lab = {
  ...shared,
  displayName: 'lab',
  testMatch: ['<rootDir>/test/lab/**/*.test.ts'],
  globalSetup: '<rootDir>/test/lab/set-up.ts',
  globalTeardown: '<rootDir>/test/lab/tear-down.ts',
}

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const missing = (...programs) =>
  programs.filter((program) => !folders.some((folder) => existsSync(`${folder}/${program}`)))

/** Says in one line what is left out and why; in CI that is a failure. */
function leaveOut(what, why) {
  if (why !== null && process.env.CI) throw new Error(`${what} cannot run: ${why}.`)
  if (why !== null) process.stderr.write(`Left out: ${what}, because ${why}.\n`)
  return why !== null
}

function noLab() {
  if (process.platform !== 'linux') return 'they need Linux'
  if (process.getuid() !== 0) return 'they need root'
  // CAP_NET_ADMIN and CAP_SYS_ADMIN, as in src/lab/requirements.ts.
  const capabilities = BigInt(
    `0x${/^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]}`,
  )
  if ([12n, 21n].some((bit) => (capabilities & (1n << bit)) === 0n))
    return 'this root may not make namespaces, as in a container'
  const lacking = missing('systemd-nspawn', 'mmdebstrap', 'ip')
  return lacking.length === 0 ? null : `${lacking.join(', ')} is not installed`
}

function noPeers() {
  const lacking = missing('sshd', 'ssh', 'socat', 'busybox')
  return lacking.length === 0 ? null : `${lacking.join(', ')} is not installed`
}

/** The tests ask Debian's own, whose modules /usr/bin/python3 finds. */
const noAnsible = () =>
  existsSync('/usr/lib/python3/dist-packages/ansible') ? null : 'ansible-core is not installed'

const withoutLab = leaveOut('the tests on real hosts (test/lab)', noLab())
const withoutPeers = leaveOut('the tests against an SSH server of their own (test/ssh)', noPeers())
const withoutAnsible = leaveOut(
  'the comparison of inventories with Ansible (test/inventory/ansible.test.ts)',
  noAnsible(),
)

const installed = {
  ...shared,
  displayName: 'package',
  testMatch: ['<rootDir>/test/package/**/*.test.ts'],
  // Its resources are tried on a real host.
  testPathIgnorePatterns: ['/node_modules/', ...(withoutLab ? ['/package/kit.test.ts'] : [])],
}
const others = [
  '<rootDir>/test/lab/',
  '<rootDir>/test/package/',
  ...(withoutPeers ? ['<rootDir>/test/ssh/'] : []),
  ...(withoutAnsible ? ['<rootDir>/test/inventory/ansible.test.ts'] : []),
]
const unit = {
  ...shared,
  displayName: 'unit',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...others],
}

export default {
  // At least two, so that a file that waits for its hosts holds up nobody; few, because hosts need
  // the processors too.
  maxWorkers: Math.min(4, Math.max(2, Math.floor(availableParallelism() / 2))),
  // For what hangs. A slow machine is no fault, so no test is held to a time.
  testTimeout: 60_000,
  projects: withoutLab ? [unit, installed] : [unit, installed, lab],
}
