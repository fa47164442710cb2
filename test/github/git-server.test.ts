import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import ssh2 from 'ssh2'
import { openGithub } from '../../src/backends/github.js'
import { makeKeyPair, type KeyPair } from '../../src/demo/github/key-pair.js'
import { isSignedWith, startReceiver, type Receiver } from './receiver.js'
import { startGithub, type GithubStandIn } from './stand-in.js'

let github: GithubStandIn
let receiver: Receiver
let place = ''
let writing: KeyPair
beforeAll(async () => {
  ;[github, receiver, place] = await Promise.all([
    startGithub({ repositories: ['acme/demo', 'acme/other'] }),
    startReceiver(),
    mkdtemp(join(tmpdir(), 'git-')),
  ])
  await writeFile(join(place, 'developer'), github.developer.privateKey, { mode: 0o600 })
  const reading = await makeKeyPair(place, 'reading')
  writing = await makeKeyPair(place, 'writing')
  await makeKeyPair(place, 'stranger')
  await writeFile(
    join(place, 'known_hosts'),
    `[127.0.0.1]:${String(github.gitPort)} ${github.hostKey}\n`,
  )
  const backend = openGithub({ token: github.token, baseUrl: github.apiUrl })
  for (const [title, { publicKey }] of Object.entries({ reading, writing })) {
    await backend.perform({
      route: 'POST /repos/{owner}/{repo}/keys',
      parameters: {
        owner: 'acme',
        repo: 'demo',
        title,
        key: publicKey,
        read_only: title === 'reading',
      },
    })
  }
  await backend.perform({
    route: 'POST /repos/{owner}/{repo}/hooks',
    parameters: {
      owner: 'acme',
      repo: 'demo',
      events: ['push'],
      config: { url: receiver.url, content_type: 'json', secret: 'of the hook' },
    },
  })
  await git('developer', 'init', '--quiet', '--initial-branch=main', join(place, 'work'))
  await commit('app.py', 'first')
  await git('developer', '-C', join(place, 'work'), 'push', github.gitUrl('acme/demo'), 'main')
  await github.settled()
})
afterAll(async () => {
  await Promise.all([github.close(), receiver.close(), rm(place, { recursive: true, force: true })])
})

const environment = (key: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: place,
  GIT_SSH_COMMAND: `ssh -F none -i ${join(place, key)} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${join(place, 'known_hosts')}`,
  GIT_AUTHOR_NAME: 'A Developer',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A Developer',
  GIT_COMMITTER_EMAIL: 'a@example.org',
})
const run = promisify(execFile)

/** Runs git with one of the keys: its output, or its error message. */
async function git(key: string, ...words: readonly string[]): Promise<string> {
  return run('git', words, { env: environment(key) }).then(
    ({ stdout }) => stdout.trim(),
    (error: unknown) => `failed: ${(error as { stderr: string }).stderr}`,
  )
}

async function commit(file: string, message: string): Promise<string> {
  await writeFile(join(place, 'work', file), message)
  await git('developer', '-C', join(place, 'work'), 'add', '-A')
  await git('developer', '-C', join(place, 'work'), 'commit', '--quiet', '-m', message)
  return git('developer', '-C', join(place, 'work'), 'rev-parse', 'HEAD')
}

function failedWith(error: unknown): string {
  const { code, stderr } = error as { readonly code: number; readonly stderr: string }
  return `${String(code)} ${stderr}`
}

const push = (key: string, ...what: readonly string[]): Promise<string> =>
  git(key, '-C', join(place, 'work'), 'push', '--quiet', github.gitUrl('acme/demo'), ...what)

describe('permissions', () => {
  test.each(['developer', 'reading', 'writing'])('%s fetches', async (key) => {
    expect(await git(key, 'ls-remote', github.gitUrl('acme/demo'), 'refs/heads/main')).toMatch(
      /^[0-9a-f]{40}\trefs\/heads\/main$/,
    )
    expect(
      await git(key, 'clone', '--quiet', github.gitUrl('acme/demo'), join(place, `clone-${key}`)),
    ).toBe('')
  })
  test('using a key is noted', () => {
    expect(github.keys('acme/demo').map(({ lastUsed }) => typeof lastUsed)).toEqual([
      'string',
      'string',
    ])
  })
  test("a read-only key cannot push, in GitHub's words", async () => {
    expect(await push('reading', 'HEAD:refs/heads/refused')).toContain(
      'ERROR: The key you are authenticating with has been marked as read only.',
    )
  })
  test('a key that nobody registered is not let in', async () => {
    expect(await git('stranger', 'ls-remote', github.gitUrl('acme/demo'))).toContain(
      'Permission denied (publickey)',
    )
  })
  test('a deploy key has access to its own repository only', async () => {
    expect(await git('reading', 'ls-remote', github.gitUrl('acme/other'))).toContain(
      'ERROR: Repository not found.',
    )
    expect(await git('developer', 'ls-remote', github.gitUrl('acme/other'))).toBe('')
  })
  test('a repository that is not there, and a path that climbs', async () => {
    expect(
      await git('developer', 'ls-remote', github.gitUrl('acme/demo').replace('demo', 'none')),
    ).toContain('ERROR: Repository not found.')
    expect(
      await git(
        'developer',
        'ls-remote',
        github.gitUrl('acme/demo').replace('acme', 'acme/../acme'),
      ),
    ).toContain('ERROR: Repository not found.')
  })
  test.each([
    [
      [],
      "Hi acme/demo! You've successfully authenticated, but GitHub does not provide shell access.",
    ],
    [['cat', '/etc/passwd'], "Invalid command: 'cat /etc/passwd'"],
    [["git-upload-pack 'acme/demo.git'; id"], 'Invalid command'],
  ])('no shell: %p', async (words, expected) => {
    const [, ...options] = (environment('reading')['GIT_SSH_COMMAND'] ?? '').split(' ')
    const said = run('ssh', [
      ...options,
      '-T',
      '-p',
      String(github.gitPort),
      'git@127.0.0.1',
      ...words,
    ]).then(() => 'let in', failedWith)
    expect(await said).toContain(`1 ${expected}`)
  })
})

describe('a push', () => {
  test('is delivered, signed, with its commits', async () => {
    const before = await git('developer', '-C', join(place, 'work'), 'rev-parse', 'HEAD')
    const after = await commit('täglich.py', 'second\n\nwith "quotes" & <tags>')
    receiver.received.length = 0
    expect(await push('writing', 'main')).toBe('')
    await github.settled()
    const [delivery] = receiver.received
    expect(receiver.received).toHaveLength(1)
    expect(delivery !== undefined && isSignedWith(delivery, 'of the hook')).toBe(true)
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({
      ref: 'refs/heads/main',
      before,
      after,
      created: false,
      deleted: false,
      forced: false,
      repository: { full_name: 'acme/demo', default_branch: 'main' },
      pusher: { name: 'developer' },
      head_commit: { id: after },
      commits: [
        {
          id: after,
          message: 'second\n\nwith "quotes" & <tags>',
          author: { name: 'A Developer', email: 'a@example.org' },
          added: ['täglich.py'],
          modified: [],
          removed: [],
        },
      ],
    })
  })
  test('of a new branch, a rewritten one and a deleted one', async () => {
    receiver.received.length = 0
    await push('developer', 'main:topic')
    await push('developer', '+main~1:topic')
    await push('developer', ':topic')
    await github.settled()
    const payloads = receiver.received.map(
      ({ body }) => JSON.parse(body) as Record<string, unknown>,
    )
    expect(
      payloads.map(({ ref, created, forced, deleted }) => [ref, created, forced, deleted]),
    ).toEqual([
      ['refs/heads/topic', true, false, false],
      ['refs/heads/topic', false, true, false],
      ['refs/heads/topic', false, false, true],
    ])
  })
  test('of nothing new, or refused, is no event', async () => {
    receiver.received.length = 0
    await push('developer', 'main')
    await push('reading', 'main:refused')
    await github.settled()
    expect(receiver.received).toEqual([])
  })
  test('is not delivered to a hook that is not active or has other events', async () => {
    const [hook] = github.hooks('acme/demo')
    if (hook === undefined) throw new Error('no hook')
    receiver.received.length = 0
    hook.active = false
    await push('developer', 'main:first')
    await github.settled()
    hook.active = true
    hook.events = ['release']
    await push('developer', 'main:second')
    await github.settled()
    hook.events = ['push']
    expect(receiver.received).toEqual([])
  })
})

describe('a client that goes away', () => {
  /** Drops the connection as soon as git has begun to answer. */
  async function vanishAfter(command: string): Promise<void> {
    const client = new ssh2.Client()
    client.connect({
      host: '127.0.0.1',
      port: github.gitPort,
      username: 'git',
      privateKey: writing.privateKey,
      hostVerifier: () => true,
    })
    await once(client, 'ready')
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      client.exec(command, (error, opened) =>
        error === undefined ? resolve(opened) : reject(error),
      ),
    )
    await once(channel, 'data')
    client.destroy()
  }

  test.each(["git-upload-pack 'acme/demo.git'", "git-receive-pack 'acme/demo.git'"])(
    'during %s leaves it serving',
    async (command) => {
      await vanishAfter(command)
      await github.settled()
      expect(
        await git('reading', 'ls-remote', github.gitUrl('acme/demo'), 'refs/heads/main'),
      ).toMatch(/refs\/heads\/main$/)
      expect(await push('writing', 'main:after-it')).toBe('')
      expect(github.defects).toEqual([])
    },
  )
  test('before the greeting', async () => {
    const socket = connect(github.gitPort, '127.0.0.1')
    await once(socket, 'data')
    socket.write('garbage\n')
    socket.destroy()
    expect(
      await git('reading', 'ls-remote', github.gitUrl('acme/demo'), 'refs/heads/main'),
    ).toMatch(/refs\/heads\/main$/)
  })
})
