package dev.sluice.console.access;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses, single ones or whole networks ({@code 10.0.0.0/8}). Never resolves a name. */
record Networks(List<Network> networks) {
  /** Four numbers, as Java also takes fewer for an address; or anything with a colon. */
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*)(?:/(\\d{1,3}))?");

  /** The bits of an address that its members share. */
  record Network(@SuppressWarnings("ArrayRecordComponent") byte[] address, int bits) {
    boolean holds(byte[] other) {
      if (other.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int differing = address[bit / 8] ^ other[bit / 8];
        if ((differing & (0x80 >> (bit % 8))) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Reads addresses.
   *
   * @throws IllegalArgumentException if one of them is none
   */
  static Networks parse(List<String> texts) {
    return new Networks(texts.stream().map(String::strip).map(Networks::network).toList());
  }

  private static Network network(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw none(text, null);
    }
    byte[] address;
    try {
      address = InetAddress.ofLiteral(parts.group(1)).getAddress();
    } catch (IllegalArgumentException e) {
      throw none(text, e);
    }
    int all = address.length * 8;
    int bits = parts.group(2) == null ? all : Integer.parseInt(parts.group(2));
    if (bits > all) {
      throw none(text, null);
    }
    return new Network(address, bits);
  }

  private static IllegalArgumentException none(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "'" + text + "' is no address like 10.0.0.7 or network like 10.0.0.0/8", cause);
  }

  /** Returns whether an address, as the connection has it, is one of these. */
  boolean hold(String address) {
    try {
      // The server puts brackets around IPv6; a link-local address may name its interface.
      String bare = address.replaceAll("%.*|[\\[\\]]", "");
      byte[] bytes = InetAddress.ofLiteral(bare).getAddress();
      return networks.stream().anyMatch(network -> network.holds(bytes));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
