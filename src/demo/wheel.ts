import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

interface ZipEntry {
  readonly name: string
  readonly data: Buffer
}

/** A zip archive of stored (not compressed) entries: APPNOTE.TXT of PKWARE, 4.3.6. */
function zip(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data } of entries) {
    const common = Buffer.alloc(26)
    // Version needed 2.0; no flags, stored; 1980-01-01; checksum, sizes, length of the name.
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x21, 8)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE((0o100644 << 16) >>> 0, 6)
    place.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, place, Buffer.from(name))
    const body = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      common,
      Buffer.from(name),
      data,
    ])
    bodies.push(body)
    offset += body.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, central, end])
}

/**
 * A wheel (PEP 427) with one module that contains `WORD`: a dependency that can be installed
 * without an index.
 */
export function wheel(
  distribution: string,
  version: string,
  word: string,
): { readonly fileName: string; readonly data: Buffer } {
  const info = `${distribution}-${version}.dist-info`
  const files: ZipEntry[] = [
    { name: `${distribution}.py`, data: Buffer.from(`WORD = ${JSON.stringify(word)}\n`) },
    {
      name: `${info}/METADATA`,
      data: Buffer.from(`Metadata-Version: 2.1\nName: ${distribution}\nVersion: ${version}\n`),
    },
    {
      name: `${info}/WHEEL`,
      data: Buffer.from(
        'Wheel-Version: 1.0\nGenerator: fettle\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
      ),
    },
  ]
  const record = files.map(
    ({ name, data }) =>
      `${name},sha256=${createHash('sha256').update(data).digest('base64url')},${String(data.length)}`,
  )
  files.push({
    name: `${info}/RECORD`,
    data: Buffer.from(`${[...record, `${info}/RECORD,,`].join('\n')}\n`),
  })
  return { fileName: `${distribution}-${version}-py3-none-any.whl`, data: zip(files) }
}
