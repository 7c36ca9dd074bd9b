using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting
{
    public interface IDistributedApplicationBuilder
    {
        ConfigurationManager Configuration { get; }
        string AppHostDirectory { get; }
        Assembly? AppHostAssembly { get; }
        IHostEnvironment Environment { get; }
        IServiceCollection Services { get; }
        DistributedApplicationExecutionContext ExecutionContext { get; }
        IResourceCollection Resources { get; }
        IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;
        IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;
        DistributedApplication Build();
    }

    public sealed class DistributedApplicationOptions
    {
        public string[]? Args { get; init; }
    }

    /// <summary>The engine runs applications; publishing them is Aspire's own work.</summary>
    public sealed class DistributedApplicationExecutionContext
    {
        public bool IsRunMode => true;
        public bool IsPublishMode => !IsRunMode;
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    public interface IResourceCollection : IReadOnlyList<IResource>;

    public interface IResourceBuilder<out T> where T : IResource
    {
        IDistributedApplicationBuilder ApplicationBuilder { get; }
        T Resource { get; }
        IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation) where TAnnotation : IResourceAnnotation;
    }
}
