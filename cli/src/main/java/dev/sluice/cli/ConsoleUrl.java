package dev.sluice.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the URL of a console, to which paths can be appended. */
final class ConsoleUrl implements ITypeConverter<URI> {
  private static final Set<String> SCHEMES = Set.of("http", "https");

  @Override
  public URI convert(String text) {
    URI url = parse(text);
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (!SCHEMES.contains(scheme) || url.getAuthority() == null) {
      throw unlike(text);
    }
    if (url.getHost() == null && url.getAuthority().contains("_")) {
      // Valid in RFC 3986, but not in Java's HTTP client or DNS.
      throw new TypeConversionException(
          "a host's name cannot have an underscore: '"
              + text
              + "'; give it another name (in Compose, a network alias), or use its address");
    }
    if (url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw unlike(text);
    }
    return url;
  }

  private static URI parse(String text) {
    try {
      return new URI(text.strip().replaceAll("/+$", ""));
    } catch (URISyntaxException e) {
      throw unlike(text);
    }
  }

  private static TypeConversionException unlike(String text) {
    return new TypeConversionException(
        "must look like http://localhost:8080, without ? and #, not '" + text + "'");
  }
}
