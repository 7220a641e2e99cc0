import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Runs one Elasticsearch node in this process until standard input ends: whoever started it holds the other
 * end, so the node never outlives them, however they end.
 *
 * <p>Arguments: the folder of the configuration (may be empty), then settings as {@code name=value}.
 */
public final class LocalNode {
    private static final int GRACE = 15;

    public static void main(String[] arguments) throws Exception {
        Settings.Builder given = Settings.builder();
        for (int i = 1; i < arguments.length; i++) {
            int equals = arguments[i].indexOf('=');
            given.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
        }
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            given.build(), Map.of(), Path.of(arguments[0]), () -> "local");
        LogConfigurator.configureESLogging();
        LogConfigurator.configureWithoutConfig(environment.settings());
        PluginsLoader loader = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir(), true),
            PluginsLoader.loadPluginsBundles(environment.pluginsDir(), true),
            Map.of(),
            false);
        try (Node node = new Node(environment, loader)) {
            node.start();
            while (System.in.read() != -1) {}
            // Even if it does not close.
            CompletableFuture.delayedExecutor(GRACE, TimeUnit.SECONDS).execute(() -> Runtime.getRuntime().halt(1));
        }
        System.exit(0); // the server leaves threads behind that would keep the process
    }

    private LocalNode() {}
}
