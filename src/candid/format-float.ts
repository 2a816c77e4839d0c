/** Floating-point numbers as the reference writes them: the fewest digits that read back the same, never an exponent. */

export function formatFloat(value: number, kind: 'float32' | 'float64'): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const digits = withoutExponent(kind === 'float32' ? shortestFloat32(Math.abs(value)) : shortestFloat64(Math.abs(value)))
  return sign + (digits.includes('.') ? digits : `${digits}.0`)
}

/** Of two shortest numbers equally near, JavaScript takes the even one and the reference the larger, as `toPrecision` does. */
function shortestFloat64(value: number): string {
  const even = String(value)
  const precision = even.replace(/e.*$/, '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length
  return value.toPrecision(Math.max(1, precision))
}

/** Nine significant digits always tell two 32-bit numbers apart. */
function shortestFloat32(value: number): string {
  for (let precision = 1; precision < 9; precision++) {
    const digits = value.toPrecision(precision)
    if (Math.fround(Number(digits)) === value) return String(Number(digits))
  }
  return String(Number(value.toPrecision(9)))
}

/** `1.5e-7` as `0.00000015`. */
function withoutExponent(text: string): string {
  const match = /^(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!match) return text
  const [, whole, fraction = '', exponent] = match
  const digits = whole! + fraction
  const point = whole!.length + Number(exponent)
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  return point >= digits.length ? digits.padEnd(point, '0') : `${digits.slice(0, point)}.${digits.slice(point)}`
}
