import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { present, type ShellFactKind } from '../../src/core/fact.js'
import { change, type NewSession } from '../../src/core/change.js'
import { request } from '../../src/core/later.js'
import { omitUndefined } from '../../src/core/omit-undefined.js'
import { play, task } from '../../src/core/play.js'
import type { Resource } from '../../src/core/resource.js'
import { lines, sh } from '../../src/core/sh.js'
import type { Event } from '../../src/engine/events.js'
import { run } from '../../src/engine/run.js'
import { loadInventory } from '../../src/inventory/load.js'
import { command } from '../../src/resources/commands/command.js'
import { withoutFlags } from '../../src/testing/engine-run.js'
import { bareResource } from '../engine/bare-resource.js'
import { told } from '../engine/toy.js'
import { lab, labHost, slow } from './host.js'

/** Sessions that are replaced within a walk, where only a real login or a real restart will do. */
const host = labHost()
let project: string
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'fettle-new-session-'))
}, slow)
afterAll(() => rm(project, { recursive: true, force: true }))

/** What a line of shell prints in the session. */
const printedFact: ShellFactKind<string, string> = {
  name: 'printed',
  script: (keys) => ({
    script: lines(keys.map((line) => sh`printf '%s\n' "$(eval ${line})"`)),
  }),
  parse: ({ stdout }, keys) => {
    const printed = stdout.toString().split('\n')
    return keys.map((_, index) => present(printed[index] ?? ''))
  },
}

/** A resource that is as desired where a line of shell prints nothing. */
const silent = (id: string, left: string, by: string, newSession?: NewSession): Resource =>
  bareResource({
    type: 'silent',
    id,
    options: {},
    reads: { said: request(printedFact, left) },
    plan: ({ said }) =>
      said === ''
        ? []
        : [change(`end ${String(said)}`, sh`eval ${by}`, omitUndefined({ newSession }))],
  })

interface Applied {
  readonly resources: readonly string[]
  readonly ends: readonly (string | null)[]
}

async function apply(user: 'root' | 'admin', ...resources: readonly Resource[]): Promise<Applied> {
  const file = join(project, 'hosts.yml')
  await writeFile(file, lab().inventory([host()], { user }))
  const inventory = await loadInventory({ sources: [file], project, extraVars: [] })
  const tasks = resources.map((each) => task(each.id, () => [each]))
  const events: Event[] = []
  await run(
    [play({ name: 'play', hosts: 'all', tasks })],
    inventory,
    { ...withoutFlags, mode: 'apply', project },
    (event) => events.push(event),
  )
  return {
    resources: events.filter((event) => event.type === 'resource').map(told),
    ends: events.flatMap((event) =>
      event.type === 'host' ? [[event.status, event.error?.code].join(' ').trim()] : [],
    ),
  }
}

/** The login user is in the group; only a login after that shows it. */
const member = (name: string, newSession?: NewSession): Resource =>
  silent(
    name,
    `id -Gn | grep -qw ${name} || echo lack of ${name}`,
    `sudo -n sh -c 'groupadd -f ${name} && usermod -aG ${name} admin'`,
    newSession,
  )

test(
  'a new session has the group that the login user got, the one before it has not',
  async () => {
    expect((await apply('admin', member('blue'))).resources).toEqual(['blue failed: still-differs'])
    const login = { why: 'admin got a group', within: 30 }
    const later = command('id -Gn >/tmp/groups')
    const { resources, ends } = await apply('admin', member('green', login), later)
    expect(resources).toEqual([
      'green changed: end lack of green',
      expect.stringMatching(/ changed: /),
    ])
    expect(ends).toEqual(['ok'])
    expect(await host().mustRun('cat /tmp/groups')).toMatch(/\bgreen\b/)
  },
  slow,
)

/** The lab's launcher ends with its host: this waits for its end and starts it again. */
async function startWhenDown(): Promise<void> {
  const isRunning = (): Promise<boolean> =>
    host()
      .run('true')
      .then(
        ({ code }) => code === 0,
        () => false,
      )
  while (await isRunning()) await sleep(100)
  await host().reboot()
}

const bootId = (): Promise<string> => host().mustRun('cat /proc/sys/kernel/random/boot_id')

test(
  'a host that restarts is awaited, locked anew, and the walk goes on',
  async () => {
    const before = await bootId()
    await host().mustRun('touch /run/before')
    const restart = silent(
      'restart',
      '[ ! -e /run/before ] || echo the old boot',
      'systemctl reboot',
      { why: 'the host restarts', within: 240, endsLink: true },
    )
    // /run is empty after the start: a lock in it is the new session's.
    const later = command(
      'readlink /run/fettle/lock && cat /proc/sys/kernel/random/boot_id >/root/boot_id',
    )
    const applied = apply('root', restart, later)
    await startWhenDown()
    const { resources, ends } = await applied
    expect(resources).toEqual([
      'restart changed: end the old boot',
      expect.stringMatching(/ changed: /),
    ])
    expect(ends).toEqual(['ok'])
    expect(await host().mustRun('cat /root/boot_id')).toBe(await bootId())
    expect(await bootId()).not.toBe(before)
  },
  slow,
)

/** Kills the process of sshd that serves this session, and goes on for a while. */
const cutLink = `touch /root/cut; pid=$$
while read -r stat <"/proc/$pid/stat"; do
  case $stat in *'(sshd'*) kill -9 "$pid"; break ;; esac
  set -- \${stat##*) }; pid=$2
done
sleep 2; touch /root/cut-ended`

test(
  'what an action still does after its link has ended is awaited before the walk goes on',
  async () => {
    const cut = silent('cut', '[ -e /root/cut-ended ] || echo the old link', cutLink, {
      why: 'the action ends it',
      within: 60,
      endsLink: true,
    })
    const { resources, ends } = await apply('root', cut, command('echo after >/root/after'))
    expect(resources[0]).toBe('cut changed: end the old link')
    expect(ends).toEqual(['ok'])
    expect(await host().mustRun('cat /root/after')).toBe('after\n')
  },
  slow,
)

test(
  'a host that comes back with another key is refused',
  async () => {
    const key = '/etc/ssh/ssh_host_ed25519_key'
    const renewed = silent(
      'key',
      `[ -e ${key}.old ] || echo the old key`,
      `mv ${key} ${key}.old && ssh-keygen -q -t ed25519 -N '' -f ${key} && systemctl restart ssh`,
      { why: 'its key is new', within: 30 },
    )
    const { resources, ends } = await apply('root', renewed, command('true'))
    expect(resources).toEqual([
      'key failed: host-key-changed',
      expect.stringMatching(/ skipped: no new session after 1 attempt .*\(its key is new\)/),
    ])
    expect(ends).toEqual(['unreachable host-key-changed'])
    await host().mustRun(`mv ${key}.old ${key} && systemctl restart ssh`)
  },
  slow,
)

test(
  'a user who may no longer log in has failed at once',
  async () => {
    const shut = silent(
      'keys',
      '[ ! -e ~/.ssh/authorized_keys ] || echo the keys',
      'rm ~/.ssh/authorized_keys',
      { why: 'its keys changed', within: 600 },
    )
    const { resources, ends } = await apply('admin', shut)
    expect(resources).toEqual(['keys failed: ssh-auth-failed'])
    expect(ends).toEqual(['unreachable ssh-auth-failed'])
  },
  slow,
)
