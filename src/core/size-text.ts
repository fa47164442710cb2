import { counted } from './counted.js'

/** A size in bytes for people: `312 bytes`, `1.2 KiB`, `16 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return counted(bytes, 'byte')
  let size = bytes / 1024
  for (const unit of ['KiB', 'MiB']) {
    const rounded = Number(size.toFixed(1))
    if (rounded < 1024) return `${String(rounded)} ${unit}`
    size /= 1024
  }
  return `${String(Number(size.toFixed(1)))} GiB`
}
