package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;

/** How a send ended that was declared started. */
sealed interface Ending {

  /** With an outcome of the provider's. */
  record Answered(SendOutcome outcome) implements Ending {}

  /** It was never handed to the provider, because the worker was late. It uses up no attempt. */
  record NotLaunched(String detail) implements Ending {}
}
