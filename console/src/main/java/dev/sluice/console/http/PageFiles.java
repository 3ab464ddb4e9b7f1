package dev.sluice.console.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The page's modules, styles and texts below a path with a version of their content, so that a
 * browser keeps them for good and asks for the page alone. The page names the version that goes
 * with it. Another version, of a page that was open during a deployment or came from another
 * replica, gets the files that there are now, which are not kept.
 */
public final class PageFiles {
  /** Where the page has its files; it is served with the version in place of the last part. */
  private static final String UNVERSIONED = "/page/now/";

  private static final String PAGE = "index.html";
  private static final String FOR_GOOD = "public, max-age=31536000, immutable";
  private static final String ASK_AGAIN = "no-cache";
  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css;charset=utf-8",
          "html", "text/html;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml");

  private final SortedMap<String, byte[]> files;
  private final String version;
  private final String page;

  private PageFiles(SortedMap<String, byte[]> files) {
    this.files = files;
    version = version(files);
    page =
        new String(Objects.requireNonNull(files.get(PAGE)), StandardCharsets.UTF_8)
            .replace(UNVERSIONED, "/page/" + version + "/");
  }

  /** Reads them from the class path. */
  public static PageFiles read() {
    try {
      URL folder = Objects.requireNonNull(PageFiles.class.getResource("/page"));
      if (folder.openConnection() instanceof JarURLConnection jar) {
        try (FileSystem inside = FileSystems.newFileSystem(path(jar.getJarFileURL()))) {
          return new PageFiles(read(inside.getPath("/page")));
        }
      }
      return new PageFiles(read(path(folder)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the page from the class path", e);
    }
  }

  private static Path path(URL file) {
    try {
      URI uri = file.toURI();
      return Path.of(uri);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("not a file: " + file, e);
    }
  }

  private static SortedMap<String, byte[]> read(Path folder) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private static String version(SortedMap<String, byte[]> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      files.forEach((name, content) -> {
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(content);
      });
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM knows SHA-256", e);
    }
  }

  /** Serves them. */
  public void add(RoutesConfig routes) {
    Map<String, Handler> handlers =
        Map.of("/", this::page, "/" + PAGE, this::page, "/page/{version}/<file>", this::file);
    handlers.forEach((path, handler) -> {
      routes.get(path, handler);
      // Otherwise it is answered without the handler, also where there is no such file.
      routes.head(path, handler);
    });
  }

  private void page(Context context) {
    context.contentType(type(PAGE)).header("Cache-Control", ASK_AGAIN);
    if (isNew(context)) {
      context.result(page);
    }
  }

  private void file(Context context) {
    String name = context.pathParam("file");
    byte[] content = files.get(name);
    if (content == null) {
      context.header("Cache-Control", ASK_AGAIN);
      throw ProblemException.notFound("The page has no such file.");
    }
    boolean ours = context.pathParam("version").equals(version);
    context.contentType(type(name)).header("Cache-Control", ours ? FOR_GOOD : ASK_AGAIN);
    if (isNew(context)) {
      context.result(content);
    }
  }

  /** Returns whether the client does not have it yet, and otherwise tells it so. */
  private boolean isNew(Context context) {
    // Weak, as it is the same whether compressed or not.
    String tag = "W/\"" + version + "\"";
    context.header("ETag", tag);
    // Caches on the way keep what is compressed apart.
    context.header("Vary", "Accept-Encoding");
    String had = context.header("If-None-Match");
    if (had == null || !had.contains(tag)) {
      return true;
    }
    context.status(304);
    return false;
  }

  private static String type(String name) {
    return TYPES.getOrDefault(
        name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
  }
}
