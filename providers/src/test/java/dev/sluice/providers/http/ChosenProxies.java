package dev.sluice.providers.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Java's choice of proxies, with one for the providers of some tests and as before for all others.
 */
final class ChosenProxies extends ProxySelector {
  private static final Map<String, Proxy> BY_PROVIDER = new ConcurrentHashMap<>();

  static {
    ProxySelector.setDefault(new ChosenProxies(ProxySelector.getDefault()));
  }

  private final ProxySelector others;

  private ChosenProxies(ProxySelector others) {
    this.others = others;
  }

  /** Connects to the provider at this URL through the proxy while the calls are made. */
  static void through(RawServer proxy, String provider, Runnable calls) {
    URI address = URI.create(proxy.url());
    String key = hostAndPort(URI.create(provider));
    BY_PROVIDER.put(
        key,
        new Proxy(Proxy.Type.HTTP, new InetSocketAddress(address.getHost(), address.getPort())));
    try {
      calls.run();
    } finally {
      BY_PROVIDER.remove(key);
    }
  }

  private static String hostAndPort(URI provider) {
    return provider.getHost() + ":" + (provider.getPort() < 0 ? 443 : provider.getPort());
  }

  @Override
  public List<Proxy> select(URI uri) {
    Proxy chosen = BY_PROVIDER.get(hostAndPort(uri));
    return chosen == null ? others.select(uri) : List.of(chosen);
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    others.connectFailed(uri, address, e);
  }
}
