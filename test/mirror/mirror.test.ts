import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mirror, upstream, type DownloadLimits } from '../../src/lab/mirror.js'

let folder = ''
const servers: Server[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mirror-'))
})
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true })
})

async function listening(server: Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A mirror with this upstream; `asked` lists the paths that the upstream was asked for. */
async function mirrored(
  listener: RequestListener,
  limits?: DownloadLimits,
): Promise<{ readonly base: string; readonly asked: readonly string[] }> {
  const asked: string[] = []
  const source = await listening(
    createServer((request, response) => {
      asked.push(request.url ?? '')
      listener(request, response)
    }),
  )
  return {
    base: await listening(
      mirror({ debian: `${source}/d`, 'debian-security': `${source}/s` }, folder, limits),
    ),
    asked,
  }
}

const files = async (): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

describe('the mirror', () => {
  test('fetches what never changes once, however many ask at the same time', async () => {
    const { base, asked } = await mirrored((_, response) =>
      setTimeout(() => response.end('the package'), 50),
    )
    const ask = async (): Promise<string> =>
      (await fetch(`${base}/debian/pool/main/t/tree/tree_2.1_amd64.deb`)).text()
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([
      'the package',
      'the package',
      'the package',
    ])
    expect(await ask()).toBe('the package')
    expect(asked).toEqual(['/d/pool/main/t/tree/tree_2.1_amd64.deb'])
  })

  test('asks for signed indexes each time, and hands on their date', async () => {
    const { base, asked } = await mirrored((request, response) => {
      if (request.headers['if-modified-since'] === 'yesterday') return response.writeHead(304).end()
      response.writeHead(200, { 'last-modified': 'yesterday' }).end('signed')
    })
    const url = `${base}/debian-security/dists/bookworm-security/InRelease`
    const first = await fetch(url)
    expect([await first.text(), first.headers.get('last-modified')]).toEqual([
      'signed',
      'yesterday',
    ])
    expect((await fetch(url, { headers: { 'if-modified-since': 'yesterday' } })).status).toBe(304)
    expect(asked).toHaveLength(2)
    expect(await files()).toEqual([])
  })

  test('keeps nothing of a download that was cut, and tries again', async () => {
    let cut = true
    const { base } = await mirrored((_, response) => {
      if (!cut) return response.end('whole')
      response.writeHead(200, { 'content-length': 1000 })
      response.write('half')
      setTimeout(() => response.destroy(), 20)
    })
    const url = `${base}/debian/pool/a.deb`
    expect((await fetch(url)).status).toBe(502)
    expect(await files()).toEqual([])
    cut = false
    expect(await (await fetch(url)).text()).toBe('whole')
    expect(await files()).toEqual(['a.deb'])
  })

  test.each<[string, RequestListener]>([
    [
      'does not end',
      (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        }
        response.on('drain', more)
        more()
      },
    ],
    [
      'comes a drop at a time',
      (_, response) => {
        const drops = setInterval(() => response.write('x'), 20)
        response.on('close', () => clearInterval(drops))
      },
    ],
  ])('gives a download up that %s', async (_, listener) => {
    const { base } = await mirrored(listener, { bytes: 1_000_000, seconds: 1 })
    expect((await fetch(`${base}/debian/pool/a.deb`)).status).toBe(502)
    expect(await files()).toEqual([])
  })

  test('hands on that something is missing, and serves nothing else than archives', async () => {
    const { base, asked } = await mirrored((_, response) => response.writeHead(404).end())
    const { hostname, port } = new URL(base)
    for (const path of [
      '/debian/pool/none.deb',
      '/debian/dists/none/InRelease',
      '/etc/passwd',
      '/debian/../x.deb',
      '/debian/%2e%2e/x.deb',
    ]) {
      const [answer] = (await once(get({ hostname, port, path }), 'response')) as [IncomingMessage]
      expect([path, answer.resume().statusCode]).toEqual([path, 404])
    }
    expect(asked).toEqual(['/d/pool/none.deb', '/d/dists/none/InRelease'])
    expect(await files()).toEqual([])
  })
})

describe("the machine's own mirror", () => {
  const sources = async (list: string, deb822 = ''): Promise<unknown> => {
    await mkdir(join(folder, 'sources.list.d'), { recursive: true })
    await writeFile(join(folder, 'sources.list'), list)
    await writeFile(join(folder, 'sources.list.d', 'debian.sources'), deb822)
    return upstream(folder)
  }

  test.each([
    [
      'a list',
      'deb http://mirror.example/debian bookworm main\ndeb [arch=amd64 signed-by=/k] https://mirror.example/debian-security/ bookworm-security main',
      '',
    ],
    [
      'deb822',
      '# deb http://no.example/debian bookworm main',
      'Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm\n\nTypes: deb\nURIs: https://mirror.example/debian-security\n',
    ],
  ])('from %s', async (_, list, deb822) => {
    expect(await sources(list, deb822)).toEqual({
      debian: 'http://mirror.example/debian',
      'debian-security': 'https://mirror.example/debian-security',
    })
  })

  test('is the public one where the sources are of something else', async () => {
    expect(await sources('deb http://archive.ubuntu.com/ubuntu noble main')).toEqual({
      debian: 'http://deb.debian.org/debian',
      'debian-security': 'http://deb.debian.org/debian-security',
    })
  })
})
