// Mocha's spec reporter, closed by the one line that every suite ends with: `N passed, N failed[, N skipped]`.
const {Spec} = require('mocha').reporters

module.exports = class extends Spec {
  epilogue() {
    super.epilogue()
    const {passes, failures, pending} = this.stats
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
  }
}
