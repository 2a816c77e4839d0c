/** Ranges of versions as extensions write them: `>=0.17.0, <0.25.0`, `^0.24.1`, `*`. Each condition must hold. */

export function isInRange(version: string, range: string): boolean {
  const joined = range.replace(/([<>=^~])\s+/g, '$1')
  const conditions = joined.split(/[\s,]+/).filter((each) => each !== '' && each !== '*')
  return conditions.every((condition) => holds(parse(version), condition))
}

type Version = readonly [number, number, number]

function parse(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.replace(/^v/, '').split(/[.+-]/).map(Number)
  return [major || 0, minor || 0, patch || 0]
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

function holds(version: Version, condition: string): boolean {
  const [, operator = '', text = ''] = /^([<>=^~]*)(.*)$/.exec(condition) ?? []
  const wanted = parse(text)
  const order = compare(version, wanted)
  switch (operator) {
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '=':
      return order === 0
    case '~':
      return order >= 0 && version[0] === wanted[0] && version[1] === wanted[1]
    default:
      // `^` and a bare version: up to the first number that is not zero.
      return order >= 0 && version[0] === wanted[0] && (wanted[0] > 0 || version[1] === wanted[1])
  }
}
