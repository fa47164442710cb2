import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { FettleError } from '../../src/core/errors.js'
import { present, type Fact } from '../../src/core/fact.js'
import {
  aptSimulationFact,
  type AptSimulation,
  type AptTrial,
} from '../../src/facts/apt/simulation.js'
import { packageState } from '../../src/resources/apt/package-state.js'
import { aptPackages, type PackagesOptions } from '../../src/resources/apt/packages.js'
import { file } from '../../src/resources/files/file.js'
import type { Session } from '../../src/ssh/session.js'
import { runOn, takeRunBack, type LoggedIn } from '../../src/testing/engine-run.js'
import type { HostOutcome } from '../../src/testing/host-case.js'
import { lines, sh } from '../../src/core/sh.js'
import type { Resource } from '../../src/core/resource.js'
import { archive } from '../resources/apt/archive.js'
import { Convergence, logIn } from './converge.js'
import { labHost, slow } from './host.js'

const host = labHost({ image: 'bare' })
let session: Session
let convergence: Convergence

const shell = (script: string): Promise<string> => host().mustRun(['sh', '-euc', script])
const on = (): LoggedIn => ({ name: 'web1', session, project: '.' })
/** Shell that leaves of the archive's packages these alone. */
const fresh = (...names: readonly string[]): string =>
  `apt-get -q -y purge app base other; apt-get -q -y install ${names.join(' ')}`
const run = async (
  mode: 'plan' | 'apply',
  ...resources: readonly Resource[]
): Promise<readonly HostOutcome[]> => (await runOn(on(), mode, resources)).outcomes

beforeAll(async () => {
  session = await logIn(host())
  convergence = new Convergence(session)
  await shell(
    archive([
      { name: 'base', version: '1' },
      { name: 'base', version: '2' },
      { name: 'app', version: '1', fields: ['Depends: base (= 1)'], configured: true },
      { name: 'app', version: '2', fields: ['Depends: base (= 2)'], configured: true },
      { name: 'foe', version: '1', fields: ['Conflicts: base'] },
      { name: 'lost', version: '1', fields: ['Depends: gone'] },
      { name: 'other', version: '1' },
    ]),
  )
}, slow)
afterAll(() => session.close())

describe('a trial', () => {
  beforeAll(() => shell(fresh('app=1', 'base=1')), slow)

  /** All that apt and dpkg keep, with inodes and times. */
  const kept = (): Promise<string> =>
    shell(
      `find /var/lib/apt /var/cache/apt /var/lib/dpkg /etc/apt /run/lock -printf '%p %i %s %T@ %C@\\n' | sort`,
    )
  const refused: readonly (readonly [string, readonly string[], PackagesOptions, string])[] = [
    [
      'a package that there is not',
      ['other', 'nosuch'],
      {},
      'no package nosuch in the package lists of the host',
    ],
    ['a version that there is not', ['base=9'], {}, 'no version 9 of base in the package lists'],
    [
      'a removal that takes others along',
      ['base'],
      { state: 'absent' },
      'other packages need base and would be removed too: app',
    ],
    ['what depends on nothing that there is', ['lost'], {}, 'lost` failed with status 100'],
    ['what would remove another', ['foe'], {}, 'foe` failed with status 100'],
    ['a lower version', ['app=0*'], {}, 'no version 0* of app in the package lists'],
  ]

  test.each(refused)(
    'refuses %s as apply does, and writes nothing',
    async (_, names, options, reason) => {
      const resource = aptPackages(names, options)
      await shell('rm -f /var/cache/apt/*.bin')
      const before = await kept()
      const planned = await run('plan', resource)
      expect(planned).toMatchObject([{ status: 'failed', error: expect.stringContaining(reason) }])
      expect(await run('apply', resource)).toEqual(planned)
      expect(await kept()).toBe(before)
      // Without the trial.
      const error = await convergence.apply(resource).then(
        () => null,
        (caught: unknown) => caught as FettleError,
      )
      expect(error?.message).toContain(reason)
    },
    slow,
  )

  test('waits for no lock, and writes nothing where it finds nothing', async () => {
    await shell(`rm -f /var/cache/apt/*.bin; cat >/tmp/hold.pl <<'END'
use Fcntl;
open(my $file, '+<', '/var/lib/dpkg/lock-frontend') or die;
my $lock = pack('s s x4 q q l x4', F_WRLCK, 0, 0, 0, 0);
fcntl($file, F_SETLK, $lock) or die;
open(my $held, '>', '/tmp/held') or die;
print $held $$;
close $held;
sleep 600;
END
setsid -f perl /tmp/hold.pl </dev/null >/dev/null 2>&1
timeout 20 sh -c 'until [ -e /tmp/held ]; do sleep 0.1; done'`)
    const before = await kept()
    try {
      expect(await run('plan', aptPackages(['other']))).toMatchObject([
        { status: 'changed', error: null },
      ])
    } finally {
      await shell('kill $(cat /tmp/held)')
    }
    expect(await kept()).toBe(before)
  })

  test('is left out behind what may bring what it would miss', async () => {
    const list = file('/etc/apt/sources.list.d/more.list', { content: '# to come\n' })
    for (const earlier of [aptPackages(['other']), list])
      expect(await run('plan', earlier, aptPackages(['nosuch']))).toMatchObject([
        { status: 'changed' },
        { status: 'changed' },
      ])
    const elsewhere = file('/etc/app.conf', { content: 'x\n' })
    expect(await run('plan', elsewhere, aptPackages(['nosuch']))).toMatchObject([
      { status: 'changed' },
      { status: 'failed' },
    ])
  })

  test('tells what else would come', async () => {
    const trials: readonly AptTrial[] = [
      { verb: 'install', flags: [], names: ['app=2', 'other'] },
      { verb: 'remove', flags: [], names: ['app'] },
    ]
    const [output] = await session.exchange([aptSimulationFact.script(trials)])
    if (output === undefined) throw new Error('no answer')
    const none: Fact<AptSimulation> = present({ failure: null, installed: [], upgraded: [] })
    expect(aptSimulationFact.parse(output, trials)).toEqual([
      present({ failure: null, installed: ['other'], upgraded: ['app', 'base'] }),
      none,
    ])
  })
})

describe('taken back, the host is as before', () => {
  /** The packages, which of them are there as dependencies, and the files of their settings. */
  const state = (): Promise<string> =>
    shell(
      `dpkg-query -W -f '\${binary:Package} \${db:Status-Abbrev} \${Version}\\n'
       apt-mark showauto; find /etc -type f ! -name '*-' -exec sha256sum {} + | sort`,
    )

  /** Shell that runs before a change, beside it, and after it. */
  interface Interference {
    readonly before: string
    readonly during?: string
    readonly after?: string
  }

  /** Applies, takes back, and compares. */
  async function comesBack(
    resource: Resource,
    { before, during, after }: Interference,
    status: HostOutcome['status'],
  ): Promise<void> {
    await shell(before)
    const was = await state()
    const applying = runOn(on(), 'apply', [resource])
    if (during !== undefined) await shell(during)
    const { outcomes, run: id } = await applying
    expect(outcomes).toMatchObject([{ status }])
    if (after !== undefined) await shell(after)
    expect(await state()).not.toBe(was)
    expect(await takeRunBack(on(), id, [resource])).toEqual([])
    expect(await state()).toBe(was)
  }

  test.each<[string, readonly string[], PackagesOptions, string]>([
    ['new ones, and what came with them', ['app', 'other'], {}, fresh()],
    [
      'new ones over the settings of earlier ones',
      ['app'],
      {},
      `${fresh('app')}; echo mine >/etc/app.conf; apt-get -q -y remove app`,
    ],
    [
      'another version, and that of a dependency',
      ['app=2'],
      {},
      `${fresh('app=1', 'base=1')}; apt-mark auto base`,
    ],
    [
      'a lower version of what came as a dependency',
      ['base=1', 'app=1'],
      { allowDowngrade: true },
      `${fresh('app=2', 'base=2')}; apt-mark auto base app; echo mine >/etc/app.conf`,
    ],
    [
      'removed ones',
      ['app', 'base'],
      { state: 'absent' },
      `${fresh('app', 'base')}; apt-mark auto base; echo mine >/etc/app.conf`,
    ],
  ])(
    '%s',
    async (_, names, options, before) => {
      await comesBack(aptPackages(names, options), { before }, 'changed')
    },
    slow,
  )

  test(
    'an installation that failed',
    async () => {
      await comesBack(aptPackages(['app']), { before: `${fresh()}; touch /srv/sick` }, 'failed')
      await shell('rm /srv/sick')
    },
    slow,
  )

  test.each<[string, readonly string[], PackagesOptions, string]>([
    ['an installation', ['app'], {}, fresh()],
    ['an upgrade', ['app=2'], {}, fresh('app=1', 'base=1')],
  ])(
    '%s that was killed',
    async (_, names, options, before) => {
      // What repairs a journal of dpkg's configures the packages again: it is to fail as well.
      const during = `timeout 60 sh -c 'until pgrep -f [b]ase.postinst; do sleep 0.1; done'
        touch /srv/sick
        for each in apt-get dpkg '-f [b]ase.postinst'; do pkill -KILL $each || :; done
        rm /srv/slow`
      const interference = { before: `${before}; touch /srv/slow`, during, after: 'rm /srv/sick' }
      await comesBack(aptPackages(names, options), interference, 'failed')
    },
    slow,
  )

  test('a change that never began', async () => {
    const key = { names: ['other'] }
    const kept = sh`kept=/tmp/kept; mkdir -p "$kept"`
    const was = await state()
    const scripts = [packageState.keep(key), packageState.takeBack(key)]
    const outputs = await session.exchange(
      scripts.map((script) => ({ script: lines([kept, script]) })),
    )
    expect(outputs.map(({ code }) => code)).toEqual([0, 0])
    expect(await state()).toBe(was)
  })

  test(
    'but for a version that there is no longer, which is said',
    async () => {
      await shell(fresh('app=1', 'base=1'))
      const resource = aptPackages(['app=2'])
      const { run: id } = await runOn(on(), 'apply', [resource])
      await shell(archive([{ name: 'base', version: '2' }]))
      expect(await takeRunBack(on(), id, [resource])).toEqual([
        expect.stringMatching(
          /^version 1 of (app|base) is no longer in the package lists of the host/,
        ),
      ])
    },
    slow,
  )
})
