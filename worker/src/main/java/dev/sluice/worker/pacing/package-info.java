/** When a lane's next message may be sent: pure arithmetic on rates and times. */
@NullMarked
package dev.sluice.worker.pacing;

import org.jspecify.annotations.NullMarked;
