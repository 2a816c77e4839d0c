/** Choices from numbered lists, one after the other, answered by number or by name. */

import {createInterface} from 'node:readline/promises'

export interface MenuOption<T extends string> {
  readonly value: T
  readonly label: string
}

/** Whether somebody is there to answer: never in CI. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI
}

export class Menu {
  readonly #lines: AsyncIterator<string>

  constructor(
    input: NodeJS.ReadableStream = process.stdin,
    private readonly output: NodeJS.WritableStream = process.stderr,
  ) {
    const lines = createInterface({input})
    this.#lines = lines[Symbol.asyncIterator]()
    this.close = () => lines.close()
  }

  readonly close: () => void

  /** An empty line, or the end of the input, takes the first. */
  async chooseOne<T extends string>(question: string, options: readonly MenuOption<T>[]): Promise<T> {
    this.#show(question, options)
    for (;;) {
      const answer = await this.#ask(`Number or name [1]: `)
      const chosen = answer === '' ? options[0] : findOption(options, answer)
      if (chosen) return chosen.value
      this.output.write(`There is no '${answer}' in the list.\n`)
    }
  }

  /** Numbers or names with commas or blanks between; an empty line takes none. */
  async chooseMany<T extends string>(question: string, options: readonly MenuOption<T>[]): Promise<T[]> {
    this.#show(question, options)
    for (;;) {
      const words = (await this.#ask('Numbers or names, commas between [none]: ')).split(/[\s,]+/).filter((word) => word !== '')
      const unknown = words.find((word) => !findOption(options, word))
      if (unknown === undefined)
        return options.filter((option) => words.some((word) => findOption(options, word) === option)).map(({value}) => value)
      this.output.write(`There is no '${unknown}' in the list.\n`)
    }
  }

  #show(question: string, options: readonly MenuOption<string>[]): void {
    this.output.write(`${question}\n${options.map(({label}, index) => `  ${index + 1}) ${label}\n`).join('')}`)
  }

  async #ask(prompt: string): Promise<string> {
    this.output.write(prompt)
    const {value, done} = await this.#lines.next()
    return done ? '' : value.trim()
  }
}

function findOption<T extends string>(options: readonly MenuOption<T>[], answer: string): MenuOption<T> | undefined {
  const wanted = answer.toLowerCase()
  return options[Number(wanted) - 1] ?? options.find(({value, label}) => value === wanted || label.toLowerCase() === wanted)
}
