using TorchSharp;
Console.WriteLine(torch.rand(2,2).ToString(true));
Console.WriteLine(torch.get_num_threads());
