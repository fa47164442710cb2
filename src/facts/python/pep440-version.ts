/** A normalised version of PEP 440 in its parts: `1.0-RC1` is `1.0rc1`. */
export interface Version {
  readonly epoch: number
  readonly release: readonly number[]
  readonly pre: { readonly phase: 'a' | 'b' | 'rc'; readonly number: number } | null
  readonly post: number | null
  readonly dev: number | null
  /** The local label after `+`, which PEP 440 gives no meaning. */
  readonly local: readonly (number | string)[] | null
}

/** The pattern in appendix B of PEP 440. */
const form = new RegExp(
  [
    /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)/,
    /(?:[-_.]?(?<phase>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?<pre>\d*))?/,
    /(?<post>-(?<bare>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<number>\d*))?/,
    /(?<dev>[-_.]?dev[-_.]?(?<build>\d*))?/,
    /(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
  'i',
)

const phases: Readonly<Record<string, 'a' | 'b' | 'rc'>> = {
  a: 'a',
  alpha: 'a',
  b: 'b',
  beta: 'b',
  c: 'rc',
  pre: 'rc',
  preview: 'rc',
  rc: 'rc',
}

/** Parses a version; null for any other text. */
export function parseVersion(text: string): Version | null {
  const parts: Readonly<Record<string, string | undefined>> | undefined = form.exec(
    text.trim(),
  )?.groups
  if (parts === undefined) return null
  const {
    epoch = '0',
    release = '',
    phase,
    pre = '',
    post,
    bare,
    number,
    dev,
    build = '',
    local,
  } = parts
  const known = phase === undefined ? undefined : phases[phase.toLowerCase()]
  return {
    epoch: Number(epoch),
    release: release.split('.').map(Number),
    pre: known === undefined ? null : { phase: known, number: Number(pre) },
    post: post === undefined ? null : Number(bare ?? number ?? ''),
    dev: dev === undefined ? null : Number(build),
    local: local === undefined ? null : localParts(local),
  }
}

const localParts = (label: string): readonly (number | string)[] =>
  label
    .toLowerCase()
    .split(/[-_.]/)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))

/**
 * Negative, 0 or positive, in the order of PEP 440: 1.0.dev1, 1.0a1.dev1, 1.0a1, 1.0, 1.0+local,
 * 1.0.post1.
 */
export function compareVersions(a: Version, b: Version): number {
  return byParts(sortKey(a), sortKey(b)) || byParts(localKey(a), localKey(b))
}

/**
 * Numbers that sort in the same order as versions without local labels. Trailing zeros of a release
 * are dropped.
 */
function sortKey(version: Version): readonly number[] {
  const { epoch, release, pre, post, dev } = version
  const significant = release.slice(0, release.findLastIndex((part) => part !== 0) + 1)
  // A shorter release sorts before a longer one.
  const end = -1
  const phase = phaseOrder(version)
  return [epoch, ...significant, end, phase, pre?.number ?? 0, post ?? -1, dev ?? Infinity]
}

/** 1.0.dev1, then 1.0a1, 1.0b1 and 1.0rc1, then 1.0 and its successors. */
function phaseOrder({ pre, post, dev }: Version): number {
  if (pre !== null) return ['a', 'b', 'rc'].indexOf(pre.phase)
  return post === null && dev !== null ? -1 : 3
}

/** Words sort before numbers, and no label before both. */
const localKey = ({ local }: Version): readonly (number | string)[] =>
  (local ?? []).flatMap((part) => (typeof part === 'number' ? [2, part] : [1, part]))

function byParts(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    if (part !== other) return part < other ? -1 : 1
  }
  return a.length - b.length
}
