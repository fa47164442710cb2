/** `type[id]`: which resource of a host. Where a host has only one of a type, `type`. */
export type Address = string

export const address = (type: string, id: string): Address => (id === '' ? type : `${type}[${id}]`)
