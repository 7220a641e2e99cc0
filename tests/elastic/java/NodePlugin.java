import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestHandler;

/**
 * What the bare server lacks and this project needs of the full distribution: {@code GET /}, and the analysis
 * components of its modules analysis-common and analysis-smartcn, under the same names, with the settings and
 * defaults that the reference documents, made straight from Lucene's classes.
 */
public final class NodePlugin extends Plugin implements AnalysisPlugin, ActionPlugin {
    /** Components that this node shall lack, as a server without a plugin does. */
    private static final Setting<List<String>> WITHOUT =
        Setting.stringListSetting("jianghua.without", Setting.Property.NodeScope);

    private final List<String> without;
    private ClusterService cluster;

    public NodePlugin(Settings settings) {
        without = WITHOUT.get(settings);
    }

    @Override
    public List<Setting<?>> getSettings() {
        return List.of(WITHOUT);
    }

    @Override
    public Collection<?> createComponents(PluginServices services) {
        cluster = services.clusterService();
        return List.of();
    }

    @Override
    public Collection<RestHandler> getRestHandlers(
            RestHandlersServices services, Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
        return List.of(new Root(cluster));
    }

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return offered(CharFilters.BY_NAME);
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return offered(Tokenizers.BY_NAME);
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return offered(TokenFilters.BY_NAME);
    }

    private <T> Map<String, T> offered(Map<String, T> all) {
        Map<String, T> some = new HashMap<>(all);
        some.keySet().removeAll(without);
        return some;
    }
}
