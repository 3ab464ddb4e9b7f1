package dev.sluice.local;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Generates unique ids in the format of real ones: framing, the recipient's digits, a number in
 * hexadecimal.
 */
final class MessageIds {
  private final AtomicLong last = new AtomicLong();

  String next(String digits) {
    byte[] number = digits.getBytes(StandardCharsets.US_ASCII);
    byte[] unique =
        String.format("%018X", last.incrementAndGet()).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer id = ByteBuffer.allocate(3 + number.length + 5 + unique.length + 1);
    id.put((byte) 0x1c).put((byte) 0x18).put((byte) number.length).put(number);
    id.put(new byte[] {0x15, 0x02, 0x00, 0x11, 0x18}).put(unique).put((byte) 0);
    return "wamid." + Base64.getEncoder().encodeToString(id.array());
  }
}
