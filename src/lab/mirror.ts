import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { cacheFolder } from './places.js'

/** The host name in the hosts' apt sources; their /etc/hosts resolves it to the bridge. */
export const mirrorName = 'deb.debian.org'

export const packagesFolder = (): string => join(cacheFolder(), 'packages')

/** The archives of a Debian mirror, and the URLs from which this machine gets them. */
export interface Upstream {
  readonly debian: string
  readonly 'debian-security': string
}

const publicMirror: Upstream = {
  debian: `http://${mirrorName}/debian`,
  'debian-security': `http://${mirrorName}/debian-security`,
}

/**
 * The Debian mirror of this machine, from its apt sources in both formats, so that a lab works
 * behind a company's mirror; deb.debian.org for what they do not name.
 */
export async function upstream(folder = '/etc/apt'): Promise<Upstream> {
  const parts = (await readdir(join(folder, 'sources.list.d')).catch(() => [])).map((name) =>
    join(folder, 'sources.list.d', name),
  )
  const texts = await Promise.all(
    [join(folder, 'sources.list'), ...parts].map((path) => readFile(path, 'utf8').catch(() => '')),
  )
  const uris = texts
    .join('\n')
    .split('\n')
    .filter((line) => /^(URIs:|deb )/.test(line))
    .flatMap((line) => line.match(/https?:\/\/[^\s\]]+/g) ?? [])
  const ending = (name: string): string | undefined =>
    uris.map((uri) => uri.replace(/\/$/, '')).find((uri) => uri.endsWith(`/${name}`))
  return {
    debian: ending('debian') ?? publicMirror.debian,
    'debian-security': ending('debian-security') ?? publicMirror['debian-security'],
  }
}

/**
 * Whether the name of a file determines its content: a version's package, or an index under its own
 * digest.
 */
const immutable = (path: string): boolean => path.endsWith('.deb') || path.includes('/by-hash/')

/** The limits for one file; Debian's largest packages have between one and two GB. */
export interface DownloadLimits {
  readonly bytes: number
  readonly seconds: number
}

const usualLimits: DownloadLimits = { bytes: 4 * 1024 ** 3, seconds: 1800 }

/**
 * A caching Debian mirror. Immutable files are fetched once, however many hosts ask for them, and
 * kept; everything else (the signed Release files) is requested anew each time. Files appear in the
 * cache only when they are complete.
 */
export function mirror(from: Upstream, folder = packagesFolder(), limits = usualLimits): Server {
  const underWay = new Map<string, Promise<void>>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, archive, path] =
      /^(?:http:\/\/[^/]+)?\/(debian|debian-security)(\/[\w./%~+:-]+)$/.exec(request.url ?? '') ??
      []
    if (
      request.method !== 'GET' ||
      path === undefined ||
      path.split('/').some((part) => decodeURIComponent(part) === '..')
    )
      return void response.writeHead(404).end()
    const url = `${from[archive as keyof Upstream]}${path}`
    if (!immutable(path)) return forward(url, request, response, limits)
    const file = join(folder, `${archive}${path}`)
    if (!(await exists(file))) {
      const fetched =
        underWay.get(file) ??
        fetchTo(file, url, folder, limits).finally(() => underWay.delete(file))
      underWay.set(file, fetched)
      await fetched
    }
    response.writeHead(200, { 'content-length': (await stat(file)).size })
    await pipeline(createReadStream(file), response)
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy()
      response.writeHead(error instanceof NotServed ? error.status : 502).end(String(error))
    })
  })
}

class NotServed extends Error {
  constructor(
    readonly status: number,
    url: string,
  ) {
    super(`${url}: ${status}`)
  }
}

async function get(
  url: string,
  { seconds }: DownloadLimits,
  headers: Record<string, string> = {},
): Promise<Response> {
  // apt compares digests and sizes, so the content must not be encoded on the way.
  return fetch(url, {
    headers: { 'accept-encoding': 'identity', ...headers },
    signal: AbortSignal.timeout(seconds * 1000),
  })
}

async function* limited(
  body: Readable,
  url: string,
  { bytes }: DownloadLimits,
): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bytes) throw new Error(`${url}: longer than ${bytes} bytes`)
    yield chunk
  }
}

async function forward(
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  limits: DownloadLimits,
): Promise<void> {
  const since = request.headers['if-modified-since']
  const reply = await get(url, limits, since === undefined ? {} : { 'if-modified-since': since })
  const headers = ['content-length', 'last-modified'].flatMap((name) =>
    reply.headers.has(name) ? [[name, reply.headers.get(name) ?? ''] as const] : [],
  )
  response.writeHead(reply.status, Object.fromEntries(headers))
  if (reply.body) await pipeline(Readable.fromWeb(reply.body), response)
  else response.end()
}

let serial = 0

async function fetchTo(
  file: string,
  url: string,
  folder: string,
  limits: DownloadLimits,
): Promise<void> {
  const partial = join(folder, `partial-${process.pid}-${serial++}`)
  await mkdir(dirname(file), { recursive: true })
  const reply = await get(url, limits)
  if (!reply.ok || !reply.body) throw new NotServed(reply.status, url)
  try {
    await pipeline(limited(Readable.fromWeb(reply.body), url, limits), createWriteStream(partial))
    const announced = reply.headers.get('content-length')
    const { size } = await stat(partial)
    if (announced !== null && Number(announced) !== size)
      throw new Error(`${url}: ${size} of ${announced} bytes came`)
    await rename(partial, file)
  } finally {
    await rm(partial, { force: true })
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
